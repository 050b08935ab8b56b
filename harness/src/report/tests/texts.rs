use crate::report::text::{cut, cut_middle, escape, width, wrap};
use rstest::rstest;

#[rstest]
#[case("plain", "plain")]
#[case("\u{1b}[31mred\u{1b}[0m", "\\x1b[31mred\\x1b[0m")]
#[case("a\nb\tc\r\0", "a\\nb\\tc\\r\\x00")]
#[case("\u{9b}2J\u{7f}", "\\x9b2J\\x7f")]
#[case("abc\u{202e}cba", "abc\\u{202e}cba")]
#[case("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}")]
#[case("日本 é 🐳", "日本 é 🐳")]
fn escapes(#[case] given: &str, #[case] shown: &str) {
    assert_eq!(escape(given), shown);
    assert_eq!(escape(&escape(given)), shown);
}

#[rstest]
#[case("hello", 5, "hello")]
#[case("hello!", 5, "hell…")]
#[case("日本語", 6, "日本語")]
#[case("日本語", 5, "日本…")]
#[case("日本語", 4, "日…")]
#[case("🐳🐳", 3, "🐳…")]
#[case("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…")]
#[case("", 0, "")]
#[case("x", 0, "…")]
#[case("\u{1b}\u{1b}", 5, "\\x1b…")]
fn cuts(#[case] given: &str, #[case] most: usize, #[case] shown: &str) {
    assert_eq!(cut(given, most), shown);
}

#[rstest]
#[case("abcdefghij", 10, "abcdefghij")]
#[case("abcdefghijk", 10, "abcd … ijk")]
#[case("日本語日本語", 9, "日 … 語")]
#[case("aaaaaaaabe\u{301}", 6, "aa … e\u{301}")]
#[case("abc", 0, " … ")]
fn cuts_the_middle(#[case] given: &str, #[case] most: usize, #[case] shown: &str) {
    assert_eq!(cut_middle(given, most), shown);
}

#[test]
fn wide_and_combining_characters() {
    assert_eq!(width("a日🐳e\u{301}"), 6);
}

#[test]
fn wraps_between_items() {
    let items = ["one", "two", "three", "far-too-long-for-any-line"].map(str::to_owned);
    assert_eq!(wrap(&items, ", ", 10), ["one, two, ", "three, ", "far-too-long-for-any-line"]);
    assert!(wrap(&[], ", ", 10).is_empty());
}
