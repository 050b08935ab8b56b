//! The two kinds of pattern in the tables of this crate: over operations and over pointers.

/// Whether an operation (`GET /containers/{id}/json`) fits one of the `|`-separated patterns, in which `*` is any text.
pub(crate) fn operation(patterns: &str, operation: &str) -> bool {
    patterns.split('|').any(|pattern| text(pattern.as_bytes(), operation.as_bytes()))
}

/// Whether a path (the unescaped parts of a pointer) fits a pattern such as `/body/*/Size` or `/body/**/Size`:
/// `*` is any text within one part, `**` any number of parts.
pub(crate) fn pointer<S: AsRef<str>>(pattern: &str, path: &[S]) -> bool {
    let parts: Vec<&str> = pattern.split('/').skip(1).collect();
    parts_match(&parts, path)
}

fn parts_match<S: AsRef<str>>(pattern: &[&str], path: &[S]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skipped| parts_match(rest, &path[skipped..])),
        ([first, rest @ ..], [part, parts @ ..]) => {
            text(first.as_bytes(), part.as_ref().as_bytes()) && parts_match(rest, parts)
        }
        _ => false,
    }
}

fn text(pattern: &[u8], given: &[u8]) -> bool {
    match (pattern, given) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=given.len()).any(|skipped| text(rest, &given[skipped..])),
        ([first, rest @ ..], [letter, letters @ ..]) => first == letter && text(rest, letters),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_within_their_part_and_double_stars_do_not() {
        assert!(pointer("/body/*/Size", &["body", "0", "Size"]));
        assert!(!pointer("/body/*", &["body", "0", "Size"]));
        assert!(pointer("/body/**/Size", &["body", "Size"]));
        assert!(pointer("/**", &["body", "a", "b"]));
        assert!(pointer("/body/Container*", &["body", "ContainersRunning"]));
    }

    #[test]
    fn operations_have_alternatives() {
        let patterns = "GET /containers/{id}/json|GET /images/*";
        assert!(operation(patterns, "GET /containers/{id}/json"));
        assert!(operation(patterns, "GET /images/{name}/get"));
        assert!(!operation(patterns, "GET /containers/json"));
    }
}
