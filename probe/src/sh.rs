//! The very small shell that `probe` is when it is called `sh`.
//!
//! It knows `-c STRING`, words with quotes and backslashes, and `&&`, `||`, `;`
//! and line ends between commands. There are no variables, pipes, redirections
//! or background commands. The commands are `probe` itself (run in this very
//! process), `exec`, `exit`, `true`, `false`, `echo`, `cat` and `sleep`.

/// A piece of the command line.
#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    And,
    Or,
    End,
}

/// What a command leaves behind.
enum Step {
    /// The status of a command; the shell goes on.
    Status(u8),
    /// The status the shell ends with now.
    Leave(u8),
}

/// Runs the shell with the words after its name; returns its exit status.
pub fn main(args: &[String]) -> u8 {
    let [flag, string, ..] = args else {
        eprintln!("sh: usage: sh -c STRING");
        return 2;
    };
    if flag != "-c" {
        eprintln!("sh: only `-c STRING` is known, not `{flag}`");
        return 2;
    }
    match tokens(string).and_then(commands) {
        Ok(list) => run(&list),
        Err(message) => {
            eprintln!("sh: syntax error: {message}");
            2
        }
    }
}

/// Runs commands, each with what stands before it.
fn run(list: &[(Token, Vec<String>)]) -> u8 {
    let mut status = 0;
    for (before, words) in list {
        let wanted = match before {
            Token::And => status == 0,
            Token::Or => status != 0,
            _ => true,
        };
        if !wanted {
            continue;
        }
        match command(words, status) {
            Step::Status(new) => status = new,
            Step::Leave(status) => return status,
        }
    }
    status
}

/// Runs one command; `last` is the status of the one before.
fn command(words: &[String], last: u8) -> Step {
    let Some((name, rest)) = words.split_first() else {
        return Step::Status(last);
    };
    Step::Status(match name.as_str() {
        "true" => 0,
        "false" => 1,
        "echo" | "cat" | "sleep" => crate::dispatch(words),
        "probe" | "/bin/probe" => crate::dispatch(rest),
        "sh" | "/bin/sh" => main(rest),
        "exec" if rest.is_empty() => 0,
        "exec" => {
            let (Step::Status(status) | Step::Leave(status)) = command(rest, last);
            return Step::Leave(status);
        }
        "exit" if rest.is_empty() => return Step::Leave(last),
        "exit" => return Step::Leave(crate::dispatch(words)),
        _ => {
            eprintln!("sh: {name}: not found");
            127
        }
    })
}

/// Gathers tokens into commands, each with the operator before it.
fn commands(tokens: Vec<Token>) -> Result<Vec<(Token, Vec<String>)>, String> {
    let mut list = Vec::new();
    let mut before = Token::End;
    let mut words = Vec::new();
    for token in tokens.into_iter().chain([Token::End]) {
        match token {
            Token::Word(word) => words.push(word),
            operator => {
                if !words.is_empty() {
                    list.push((before, std::mem::take(&mut words)));
                } else if operator != Token::End || before != Token::End {
                    return Err("a command is missing".to_owned());
                }
                before = operator;
            }
        }
    }
    Ok(list)
}

/// Splits a command line into words and operators.
fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut list = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        let operator = match char {
            ' ' | '\t' => None,
            ';' | '\n' => Some(Token::End),
            '&' if rest.next_if_eq(&'&').is_some() => Some(Token::And),
            '|' if rest.next_if_eq(&'|').is_some() => Some(Token::Or),
            '&' | '|' | '<' | '>' | '(' | ')' | '`' => {
                return Err(format!("`{char}` is not supported"));
            }
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(char) => word.push(char),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
                continue;
            }
            '"' => {
                double_quoted(&mut rest, word.get_or_insert_default())?;
                continue;
            }
            '\\' => {
                word.get_or_insert_default().push(rest.next().unwrap_or('\\'));
                continue;
            }
            char => {
                word.get_or_insert_default().push(char);
                continue;
            }
        };
        list.extend(word.take().map(Token::Word));
        list.extend(operator);
    }
    list.extend(word.map(Token::Word));
    Ok(list)
}

/// Reads up to the closing double quote.
fn double_quoted(rest: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), String> {
    loop {
        match rest.next() {
            Some('"') => return Ok(()),
            Some('\\') => match rest.next() {
                Some(char @ ('"' | '\\' | '$' | '`')) => word.push(char),
                Some(char) => word.extend(['\\', char]),
                None => return Err("a quote is not closed".to_owned()),
            },
            Some(char) => word.push(char),
            None => return Err("a quote is not closed".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text)
            .unwrap()
            .into_iter()
            .map(|token| match token {
                Token::Word(word) => word,
                other => format!("{other:?}"),
            })
            .collect()
    }

    fn status(text: &str) -> u8 {
        main(&["-c".to_owned(), text.to_owned()])
    }

    #[test]
    fn splits() {
        assert_eq!(words("  a  b\tc "), ["a", "b", "c"]);
        assert_eq!(words("a 'b c' \"d e\""), ["a", "b c", "d e"]);
        assert_eq!(words("a''b\"c\" ''"), ["abc", ""]);
        assert_eq!(words(r#"a\ b "\"\n" '\n'"#), ["a b", r#""\n"#, r"\n"]);
        assert_eq!(words("a&&b;c||d\n"), ["a", "And", "b", "End", "c", "Or", "d", "End"]);
        assert_eq!(words("'a && b; c'"), ["a && b; c"]);
    }

    #[test]
    fn refuses() {
        for text in ["'a", "\"a", "\"a\\", "a > b", "a | b", "a &", "(a)", "a `b`"] {
            assert!(tokens(text).is_err(), "{text}");
        }
        for text in ["&& a", "a &&", "a && ; b", "; a && && b"] {
            assert!(tokens(text).and_then(commands).is_err(), "{text}");
        }
    }

    #[test]
    fn runs() {
        assert_eq!(status(""), 0);
        assert_eq!(status("true"), 0);
        assert_eq!(status("false"), 1);
        assert_eq!(status("false; true"), 0);
        assert_eq!(status("true && false"), 1);
        assert_eq!(status("false && exit 9"), 1);
        assert_eq!(status("false || exit 9; exit 3"), 9);
        assert_eq!(status("false && true || exit 4"), 4);
        assert_eq!(status("exit 7; exit 8"), 7);
        assert_eq!(status("false; exit"), 1);
        assert_eq!(status("exec probe exit 5; exit 6"), 5);
        assert_eq!(status("probe exit 5; /bin/probe exit 6"), 6);
        assert_eq!(status("probe then exit 0 -- exit 4"), 4);
        assert_eq!(status("nothing"), 127);
        assert_eq!(status("'"), 2);
    }
}
