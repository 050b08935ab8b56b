//! Which item of one array is which of the other.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::json::{Json, canonical};
use super::{Kind, order};

/// What identifies an item, in order of preference; two members together where one is not enough.
const KEYS: &[&[&str]] = &[
    &["Names"],
    &["Name"],
    &["Destination"],
    &["RepoTags"],
    &["Id"],
    &["ID"],
    &["PrivatePort", "Type", "IP"],
    &["PrivatePort", "Type"],
    &["Type", "Source", "Target"],
    &["Type", "Action"],
    &["Type"],
    &["Path"],
    &["path"],
    &["destination"],
    &["name"],
    &["pid"],
    &["stream"],
];

/// Above this many pairs, items that nothing identifies are paired by index.
const MOST_PAIRS: usize = 4_000_000;

/// Pairs of indices, left and right.
type Pairs = Vec<(usize, usize)>;

/// Compares two arrays at the current place.
pub(super) fn compare(json: &mut Json<'_>, left: &[Value], right: &[Value]) {
    let promised = order::promised(json.operation, &json.path);
    // Progress is a sequence of messages, and none of their members identifies one.
    let progress = json.path == ["body"] && json.operation.starts_with("POST ");
    let objects = !progress && !left.is_empty() && left.iter().chain(right).all(Value::is_object);
    if let Some(keys) = objects.then(|| keys(left, right)).flatten() {
        return by_key(json, (left, right), &keys, promised);
    }
    let texts: [Vec<String>; 2] = [left, right].map(|side| side.iter().map(canonical).collect());
    let sorted = |texts: &[String]| {
        let mut texts = texts.to_vec();
        texts.sort();
        texts
    };
    let row = json.path.last().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !promised {
        as_sets(json, (left, right), &texts);
    } else if texts[0] == texts[1] || row {
        // The cells of a row belong to their columns.
        let pairs: Pairs = (0..left.len().min(right.len())).map(|index| (index, index)).collect();
        as_sequences(json, (left, right), &pairs);
    } else if sorted(&texts[0]) == sorted(&texts[1]) {
        json.report(Kind::Order, Value::Array(left.to_vec()), Value::Array(right.to_vec()));
    } else {
        let pairs = longest_common(left.len(), right.len(), |one, other| texts[0][one] == texts[1][other]);
        as_sequences(json, (left, right), &pairs);
    }
}

/// The keys of both sides, where there is a member that identifies all items.
fn keys(left: &[Value], right: &[Value]) -> Option<[Vec<String>; 2]> {
    let of = |side: &[Value], names: &[&str]| -> Option<Vec<String>> {
        let key = |item: &Value| {
            let parts = names.iter().map(|name| item.get(name).filter(|part| !part.is_null()).map(canonical));
            parts.collect::<Option<Vec<String>>>().map(|parts| parts.join(" "))
        };
        let keys: Vec<String> = side.iter().map(key).collect::<Option<_>>()?;
        let mut sorted: Vec<&String> = keys.iter().collect();
        sorted.sort();
        sorted.windows(2).all(|pair| pair[0] != pair[1]).then_some(keys)
    };
    KEYS.iter().find_map(|names| Some([of(left, names)?, of(right, names)?]))
}

fn by_key(json: &mut Json<'_>, (left, right): (&[Value], &[Value]), keys: &[Vec<String>; 2], promised: bool) {
    let places: HashMap<&str, usize> = keys[1].iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
    let mut taken = vec![false; right.len()];
    let mut pairs: Pairs = Vec::new();
    for (index, (item, key)) in left.iter().zip(&keys[0]).enumerate() {
        match places.get(key.as_str()) {
            Some(&other) => {
                taken[other] = true;
                pairs.push((index, other));
                json.inside(&index.to_string(), item, &right[other]);
            }
            None => json.missing(&index.to_string(), item),
        }
    }
    for (index, item) in right.iter().enumerate().filter(|(index, _)| !taken[*index]) {
        json.extra(&index.to_string(), item);
    }
    if promised && !pairs.is_sorted_by_key(|(_, other)| *other) {
        let named = |keys: &[String], indices: Vec<usize>| -> Value {
            let key = |index: usize| -> Value {
                serde_json::from_str(&keys[index]).unwrap_or_else(|_| Value::String(keys[index].clone()))
            };
            indices.into_iter().map(key).collect()
        };
        let reference = named(&keys[0], pairs.iter().map(|(index, _)| *index).collect());
        pairs.sort_by_key(|(_, other)| *other);
        let candidate = named(&keys[1], pairs.iter().map(|(_, other)| *other).collect());
        json.report(Kind::Order, reference, candidate);
    }
}

/// Equal items wherever they are. Of the rest, texts and numbers are missing or extra; what has parts is compared with
/// the next of the other side.
fn as_sets(json: &mut Json<'_>, (left, right): (&[Value], &[Value]), texts: &[Vec<String>; 2]) {
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (index, text) in texts[1].iter().enumerate() {
        places.entry(text).or_default().push_back(index);
    }
    let mut taken = vec![false; right.len()];
    let mut rest = Vec::new();
    for (index, text) in texts[0].iter().enumerate() {
        let equal = places.get_mut(text.as_str());
        match equal.and_then(|equal| take(json, &left[index], right, equal)) {
            Some(other) => {
                taken[other] = true;
                json.inside(&index.to_string(), &left[index], &right[other]);
            }
            None => rest.push(index),
        }
    }
    let others: Vec<usize> = (0..right.len()).filter(|index| !taken[*index]).collect();
    gap(json, (left, right), &rest, &others, false);
}

/// Takes the first of the equal items whose symbols may stand for the same, else the first.
fn take(json: &Json<'_>, item: &Value, right: &[Value], equal: &mut VecDeque<usize>) -> Option<usize> {
    let fits = |other: &usize| json.fits(item, &right[*other]);
    let best = if equal.len() > 1 { equal.iter().position(fits) } else { None };
    equal.remove(best.unwrap_or(0))
}

fn as_sequences(json: &mut Json<'_>, (left, right): (&[Value], &[Value]), pairs: &[(usize, usize)]) {
    let (mut next, mut next_other) = (0, 0);
    let end = [(left.len(), right.len())];
    for &(index, other) in pairs.iter().chain(&end) {
        let (mine, theirs): (Vec<usize>, Vec<usize>) = ((next..index).collect(), (next_other..other).collect());
        gap(json, (left, right), &mine, &theirs, true);
        if index < left.len() {
            json.inside(&index.to_string(), &left[index], &right[other]);
        }
        (next, next_other) = (index + 1, other + 1);
    }
}

/// What is between items that are equal.
fn gap(json: &mut Json<'_>, (left, right): (&[Value], &[Value]), mine: &[usize], theirs: &[usize], scalars: bool) {
    let comparable = |one: &Value, other: &Value| match (one, other) {
        (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => true,
        _ => scalars,
    };
    let both = mine.len().min(theirs.len());
    let mut extra: Vec<usize> = theirs[both..].to_vec();
    for (&index, &other) in mine.iter().zip(theirs) {
        if comparable(&left[index], &right[other]) {
            json.inside(&index.to_string(), &left[index], &right[other]);
        } else {
            json.missing(&index.to_string(), &left[index]);
            extra.push(other);
        }
    }
    for &index in &mine[both..] {
        json.missing(&index.to_string(), &left[index]);
    }
    extra.sort_unstable();
    for index in extra {
        json.extra(&index.to_string(), &right[index]);
    }
}

/// The longest run of pairs, in order on both sides, that are the same.
pub(super) fn longest_common(left: usize, right: usize, same: impl Fn(usize, usize) -> bool) -> Pairs {
    let width = right + 1;
    if left.saturating_mul(right) > MOST_PAIRS {
        return (0..left.min(right)).map(|index| (index, index)).collect();
    }
    let mut lengths = vec![0_u32; (left + 1) * width];
    for one in (0..left).rev() {
        for other in (0..right).rev() {
            lengths[one * width + other] = if same(one, other) {
                lengths[(one + 1) * width + other + 1] + 1
            } else {
                lengths[(one + 1) * width + other].max(lengths[one * width + other + 1])
            };
        }
    }
    let (mut one, mut other, mut pairs) = (0, 0, Vec::new());
    while one < left && other < right {
        if same(one, other) {
            pairs.push((one, other));
            (one, other) = (one + 1, other + 1);
        } else if lengths[(one + 1) * width + other] >= lengths[one * width + other + 1] {
            one += 1;
        } else {
            other += 1;
        }
    }
    pairs
}
