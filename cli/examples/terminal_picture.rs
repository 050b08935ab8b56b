//! Makes a picture of what is on standard input, escape sequences and all: `docs/images/make` calls it.

use std::io::Read;

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    print!("{}", anstyle_svg::Term::new().render_svg(&text));
    Ok(())
}
