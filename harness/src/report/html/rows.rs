//! Two values side by side, line by line, with the parts that differ marked.

use crate::compare::loose;
use serde_json::Value;
use similar::{DiffOp, TextDiff};
use std::collections::BTreeSet;
use std::time::Duration;

/// The longest that one comparison may take.
const TIME: Duration = Duration::from_millis(100);
/// Lines that are shown around a change.
const CONTEXT: usize = 3;
/// The most characters of one line.
const LONGEST: usize = 2_000;
/// The most lines of one body.
const MOST: usize = 600;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub strong: bool,
    pub text: String,
}

/// A line of either side; `None` where a side has no such line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub left: Option<Vec<Piece>>,
    pub right: Option<Vec<Piece>>,
    pub changed: bool,
}

/// What is shown in one go.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    Rows(Vec<Row>),
    /// So many lines that are the same on both sides.
    Same(usize, String),
}

impl Row {
    fn new(left: Option<&str>, right: Option<&str>) -> Row {
        let side = |text: Option<&str>, other: Option<&str>| {
            text.map(|text| match other {
                Some(other) => pieces(text, other),
                None => vec![Piece { strong: true, text: short(text) }],
            })
        };
        let changed = match (left, right) {
            (Some(left), Some(right)) => !alike(left, right),
            _ => true,
        };
        Row { left: side(left, right), right: side(right, left), changed }
    }

    /// The text of the reference's side.
    fn text(&self) -> String {
        self.left.iter().flatten().map(|piece| piece.text.as_str()).collect()
    }
}

/// Whether two lines differ in nothing but the numbers that depend on what came before, or the comma at their end.
fn alike(left: &str, right: &str) -> bool {
    let bare = |text: &str| text.strip_suffix(',').unwrap_or(text).to_owned();
    left == right || loose(&bare(left)) == loose(&bare(right))
}

/// A line with the part that the other one does not have made strong.
fn pieces(text: &str, other: &str) -> Vec<Piece> {
    let plain = |text: &str| Piece { strong: false, text: short(text) };
    if alike(text, other) {
        return vec![plain(text)];
    }
    // A comma at the end says only that more follows.
    if let Some(bare) = text.strip_suffix(',') {
        let mut pieces = pieces(bare, other.strip_suffix(',').unwrap_or(other));
        pieces.push(plain(","));
        return pieces;
    }
    let other = other.strip_suffix(',').unwrap_or(other);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut start: usize =
        text.chars().zip(other.chars()).take_while(|(one, two)| one == two).map(|(c, _)| c.len_utf8()).sum();
    // Whole words read better than letters.
    while text[..start].chars().next_back().is_some_and(is_word) {
        start -= text[..start].chars().next_back().map_or(0, char::len_utf8);
    }
    let (rest, other) = (&text[start..], &other[start..]);
    let mut end: usize = rest
        .chars()
        .rev()
        .zip(other.chars().rev())
        .take_while(|(one, two)| one == two)
        .map(|(c, _)| c.len_utf8())
        .sum();
    while rest[rest.len() - end..].chars().next().is_some_and(is_word) {
        end -= rest[rest.len() - end..].chars().next().map_or(0, char::len_utf8);
    }
    let middle = rest.len() - end;
    let parts = [plain(&text[..start]), Piece { strong: true, text: short(&rest[..middle]) }, plain(&rest[middle..])];
    parts.into_iter().filter(|piece| !piece.text.is_empty()).collect()
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}… ({} more characters)", &text[..at], text[at..].chars().count()),
    }
}

/// Two texts, line by line.
pub(super) fn texts(left: &str, right: &str) -> Vec<Row> {
    let (left, right): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let keys = |lines: &[&str]| -> Vec<String> { lines.iter().map(|line| loose(line)).collect() };
    let mut rows = Vec::new();
    paired(&keys(&left), &keys(&right), |one, two| {
        rows.push(Row::new(one.map(|at| left[at]), two.map(|at| right[at])));
    });
    rows
}

/// A text that is the same on both sides: a few lines are shown, more are put together.
pub(super) fn equal(text: &str) -> Vec<Block> {
    let lines = text.lines().count();
    if lines <= 2 {
        return fold(text.lines().map(|line| Row::new(Some(line), Some(line))).collect());
    }
    let cut = lines.saturating_sub(MOST);
    let shown: Vec<String> = text.lines().take(MOST).map(short).collect();
    let mut blocks = vec![Block::Same(lines - cut, shown.join("\n"))];
    blocks.extend(cut_short(cut));
    blocks
}

/// Says how many lines are not shown.
fn cut_short(cut: usize) -> Option<Block> {
    (cut > 0).then(|| Block::Same(cut, format!("… {cut} more lines are not shown")))
}

/// Names with values, those of one name together, in the order of their names.
pub(super) fn members(left: &[(String, String)], right: &[(String, String)]) -> Vec<Row> {
    let names: BTreeSet<&str> = left.iter().chain(right).map(|(name, _)| name.as_str()).collect();
    let mut rows = Vec::new();
    for name in names {
        let of = |side: &[(String, String)]| -> Vec<String> {
            side.iter().filter(|one| one.0 == name).map(|(name, value)| format!("{name}: {value}")).collect()
        };
        let (ones, twos) = (of(left), of(right));
        for at in 0..ones.len().max(twos.len()) {
            rows.push(Row::new(ones.get(at).map(String::as_str), twos.get(at).map(String::as_str)));
        }
    }
    rows
}

/// Two JSON values, each indented, members paired by their keys.
pub(super) fn values(left: &Value, right: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    walk(&mut rows, 0, "", Side::of(left, false), Side::of(right, false));
    rows
}

/// One side's value, and whether a comma follows it.
#[derive(Clone, Copy)]
struct Side<'a> {
    value: &'a Value,
    comma: bool,
}

impl<'a> Side<'a> {
    fn of(value: &'a Value, comma: bool) -> Option<Side<'a>> {
        Some(Side { value, comma })
    }

    fn comma(self) -> &'static str {
        if self.comma { "," } else { "" }
    }
}

fn walk(rows: &mut Vec<Row>, depth: usize, key: &str, left: Option<Side<'_>>, right: Option<Side<'_>>) {
    let pad = "  ".repeat(depth);
    let nested = |side: Option<Side<'_>>| side.map(|side| container(side.value));
    let lines =
        |side: Option<Side<'_>>, text: fn(Side<'_>) -> String| side.map(|side| format!("{pad}{key}{}", text(side)));
    match (nested(left), nested(right)) {
        (Some(Some(one)), Some(Some(two))) if one == two => inside(rows, depth, key, one, left, right),
        (Some(Some(one)), None) => inside(rows, depth, key, one, left, None),
        (None, Some(Some(two))) => inside(rows, depth, key, two, None, right),
        (Some(Some(_)), Some(_)) | (Some(_), Some(Some(_))) => {
            walk(rows, depth, key, left, None);
            walk(rows, depth, key, None, right);
        }
        _ => {
            let scalar = |side: Side<'_>| format!("{}{}", side.value, side.comma());
            rows.push(Row::new(lines(left, scalar).as_deref(), lines(right, scalar).as_deref()));
        }
    }
}

/// The brackets of a value that takes several lines.
fn container(value: &Value) -> Option<(char, char)> {
    match value {
        Value::Object(members) if !members.is_empty() => Some(('{', '}')),
        Value::Array(items) if !items.is_empty() => Some(('[', ']')),
        _ => None,
    }
}

fn inside(
    rows: &mut Vec<Row>,
    depth: usize,
    key: &str,
    (open, close): (char, char),
    left: Option<Side<'_>>,
    right: Option<Side<'_>>,
) {
    let pad = "  ".repeat(depth);
    let line = |side: Option<Side<'_>>, text: &dyn Fn(Side<'_>) -> String| side.map(text);
    let opening = |_: Side<'_>| format!("{pad}{key}{open}");
    rows.push(Row::new(line(left, &opening).as_deref(), line(right, &opening).as_deref()));
    let [ones, twos] = [left, right].map(|side| side.map(|side| parts_of(side.value)).unwrap_or_default());
    for (one, two) in pair(&ones, &twos) {
        let key = one.or(two).map_or("", |member| member.0.as_str());
        walk(rows, depth + 1, key, one.map(|member| member.1), two.map(|member| member.1));
    }
    let closing = |side: Side<'_>| format!("{pad}{close}{}", side.comma());
    rows.push(Row::new(line(left, &closing).as_deref(), line(right, &closing).as_deref()));
}

/// The parts of an object or array: what stands before the value, and the value.
fn parts_of(value: &Value) -> Vec<(String, Side<'_>)> {
    match value {
        Value::Object(members) => {
            let last = members.len();
            let side = |at: usize, value| Side { value, comma: at + 1 < last };
            let named = members.iter().enumerate();
            named.map(|(at, (key, value))| (format!("{}: ", Value::from(key.as_str())), side(at, value))).collect()
        }
        Value::Array(items) => {
            let last = items.len();
            items.iter().enumerate().map(|(at, value)| (String::new(), Side { value, comma: at + 1 < last })).collect()
        }
        _ => Vec::new(),
    }
}

type Member<'m, 'v> = &'m (String, Side<'v>);

/// Members of one key together, in the reference's order, then what only the candidate has.
fn pair<'m, 'v>(
    ones: &'m [(String, Side<'v>)],
    twos: &'m [(String, Side<'v>)],
) -> Vec<(Option<Member<'m, 'v>>, Option<Member<'m, 'v>>)> {
    let keyed = ones.iter().chain(twos).all(|member| !member.0.is_empty());
    let mut pairs = Vec::new();
    if keyed {
        let mut taken = vec![false; twos.len()];
        for one in ones {
            let at = (0..twos.len()).find(|at| !taken[*at] && alike(&twos[*at].0, &one.0));
            at.into_iter().for_each(|at| taken[at] = true);
            pairs.push((Some(one), at.map(|at| &twos[at])));
        }
        pairs.extend(twos.iter().zip(taken).filter(|(_, taken)| !taken).map(|(two, _)| (None, Some(two))));
        return pairs;
    }
    let keys = |members: &[(String, Side<'_>)]| -> Vec<String> {
        members.iter().map(|member| loose(&member.1.value.to_string())).collect()
    };
    paired(&keys(ones), &keys(twos), |one, two| pairs.push((one.map(|at| &ones[at]), two.map(|at| &twos[at]))));
    pairs
}

/// Pairs what is equal in order; within what is replaced, first with first.
fn paired(left: &[String], right: &[String], mut pair: impl FnMut(Option<usize>, Option<usize>)) {
    let (ones, twos): (Vec<&str>, Vec<&str>) =
        (left.iter().map(String::as_str).collect(), right.iter().map(String::as_str).collect());
    let diff = TextDiff::configure().timeout(TIME).diff_slices(&ones, &twos);
    for op in diff.ops() {
        let (old, new) = (op.old_range(), op.new_range());
        let both = match op {
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => 0,
            _ => old.len().min(new.len()),
        };
        (0..both).for_each(|at| pair(Some(old.start + at), Some(new.start + at)));
        (old.start + both..old.end).for_each(|at| pair(Some(at), None));
        (new.start + both..new.end).for_each(|at| pair(None, Some(at)));
    }
}

/// Rows with what is long and the same on both sides put together, and cut where there is no end of it.
pub(super) fn fold(mut rows: Vec<Row>) -> Vec<Block> {
    let cut = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let near = |at: usize| {
        let around = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(rows.len());
        rows[around].iter().any(|row| row.changed)
    };
    let shown: Vec<bool> = (0..rows.len()).map(near).collect();
    let mut blocks = Vec::new();
    let mut rest = rows.as_slice();
    let mut shown = shown.as_slice();
    while let Some(first) = shown.first() {
        let run = shown.iter().take_while(|one| *one == first).count();
        let (these, others) = rest.split_at(run);
        match (first, blocks.last_mut()) {
            (false, _) if run > 2 => {
                let text: Vec<String> = these.iter().map(Row::text).collect();
                blocks.push(Block::Same(run, text.join("\n")));
            }
            (_, Some(Block::Rows(last))) => last.extend_from_slice(these),
            _ => blocks.push(Block::Rows(these.to_vec())),
        }
        (rest, shown) = (others, &shown[run..]);
    }
    blocks.extend(cut_short(cut));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plain(rows: &[Row]) -> Vec<(String, String, bool)> {
        let text = |side: &Option<Vec<Piece>>| {
            side.as_ref().map_or_else(
                || "·".to_owned(),
                |pieces| {
                    let piece =
                        |piece: &Piece| if piece.strong { format!("[{}]", piece.text) } else { piece.text.clone() };
                    pieces.iter().map(piece).collect()
                },
            )
        };
        rows.iter().map(|row| (text(&row.left), text(&row.right), row.changed)).collect()
    }

    #[test]
    fn members_are_paired_by_key_whatever_their_order() {
        let rows = values(&json!({"a": 1, "b": "one two"}), &json!({"b": "one 2", "a": 1, "c": []}));
        let expected = [
            ("{", "{", false),
            ("  \"a\": 1,", "  \"a\": 1,", false),
            ("  \"b\": \"one [two]\"", "  \"b\": \"one [2]\",", true),
            ("·", "[  \"c\": []]", true),
            ("}", "}", false),
        ];
        let rows = plain(&rows);
        assert_eq!(rows.len(), expected.len(), "{rows:?}");
        for (row, expected) in rows.iter().zip(expected) {
            assert_eq!((row.1.as_str(), row.2), (expected.1, expected.2));
        }
        assert_eq!(rows[3].0, "·");
    }

    #[test]
    fn the_numbers_of_symbols_are_no_change() {
        assert!(!texts("ip <ipv4:1>", "ip <ipv4:2>")[0].changed);
        assert!(texts("ip <ipv4:1>", "ip <mac:1>")[0].changed);
    }

    #[test]
    fn what_is_the_same_is_folded() {
        let many: Vec<u32> = (0..40).collect();
        let mut other = many.clone();
        other[20] = 99;
        let blocks = fold(values(&json!(many), &json!(other)));
        let sizes: Vec<usize> = blocks
            .iter()
            .map(|block| match block {
                Block::Rows(rows) => rows.len(),
                Block::Same(count, _) => *count,
            })
            .collect();
        assert_eq!(sizes, [18, 7, 17]);
    }

    #[test]
    fn values_of_two_kinds_stand_one_after_the_other() {
        let rows = plain(&values(&json!({"a": [1]}), &json!({"a": null})));
        assert!(rows.iter().any(|row| row.0.contains("\"a\": [") && row.1 == "·"), "{rows:?}");
        assert!(rows.iter().any(|row| row.1.contains("null") && row.0 == "·"), "{rows:?}");
    }
}
