//! Makes a picture of what is on standard input, escape sequences and all: `docs/images/make` calls it.

use std::io::Read;

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    // Its colours are those of VGA, of which a reader of a README would see little.
    let svg = anstyle_svg::Term::new().render_svg(&text);
    let bright = [
        ("#AA0000", "#ff7b72"),
        ("#00AA00", "#56d364"),
        ("#AAAAAA", "#e6edf3"),
        ("#000000", "#0d1117"),
        ("opacity: 0.4", "opacity: 0.7"),
    ];
    print!("{}", bright.iter().fold(svg, |svg, (from, to)| svg.replace(from, to)));
    Ok(())
}
