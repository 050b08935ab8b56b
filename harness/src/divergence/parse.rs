//! From Markdown to entries: headings, prose and one toml block each.

use std::collections::HashMap;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::check;
use super::decode;
use super::entry::DivergenceList;
use super::error::{At, Error};

impl DivergenceList {
    /// Reads and checks a DIVERGENCE.md.
    ///
    /// # Errors
    /// Everything that is wrong with the file, in file order.
    pub fn load(path: &Path) -> Result<DivergenceList, Vec<Error>> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => DivergenceList::parse(&file, &text),
            Err(source) => Err(vec![Error::Read { file, source }]),
        }
    }

    /// Parses and checks the text of a DIVERGENCE.md; `file` is what messages name.
    ///
    /// # Errors
    /// Everything that is wrong with the text, in file order.
    pub fn parse(file: &str, text: &str) -> Result<DivergenceList, Vec<Error>> {
        let lines = Lines::of(text);
        let mut errors = Vec::new();
        let mut entries = Vec::new();
        let mut ids: HashMap<String, usize> = HashMap::new();
        for section in sections(file, text, &lines, &mut errors) {
            let Some(block) = &section.block else {
                continue;
            };
            let place = Place { file, lines: &lines, block };
            if section.summary.is_none() {
                let at = At { file: file.to_owned(), line: section.line };
                errors.push(Error::NoProse { at, title: section.title.clone() });
            }
            let Some((entry, id_at)) = decode::entry(&section, &place, &mut errors) else {
                continue;
            };
            if let Some(&first) = ids.get(&entry.id) {
                errors.push(Error::DuplicateId { at: id_at.clone(), id: entry.id.clone(), first });
            } else {
                ids.insert(entry.id.clone(), id_at.line);
            }
            check::check(&entry, file, &mut errors);
            entries.push(entry);
        }
        if errors.is_empty() {
            return Ok(DivergenceList { file: file.to_owned(), entries });
        }
        errors.sort_by_key(|error| error.at().map_or(0, |at| at.line));
        Err(errors)
    }
}

/// Where each line starts.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        Lines(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line of a byte, counted from 1.
    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }
}

/// One section that may be an entry.
pub(super) struct Section {
    pub line: usize,
    pub title: String,
    pub prose: String,
    pub summary: Option<String>,
    pub block: Option<Block>,
    /// Where the heading ends.
    prose_start: usize,
}

/// A fenced toml block.
pub(super) struct Block {
    /// The fence's line.
    pub line: usize,
    pub toml: String,
    /// Where each piece of `toml` stands in the file: (offset in `toml`, offset in the file).
    pieces: Vec<(usize, usize)>,
}

/// Turns offsets in a block into places in the file.
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub lines: &'a Lines,
    pub block: &'a Block,
}

impl Place<'_> {
    /// The place of a byte of the block's TOML.
    pub fn at(&self, offset: usize) -> At {
        let piece = self.block.pieces.iter().rev().find(|(start, _)| *start <= offset);
        let line = piece.map_or(self.block.line, |(start, in_file)| self.lines.line(in_file + offset - start));
        At { file: self.file.to_owned(), line }
    }

    /// The fence.
    pub fn block_at(&self) -> At {
        At { file: self.file.to_owned(), line: self.block.line }
    }
}

/// What the walk over the Markdown is inside of.
enum Inside {
    Text,
    Heading(HeadingLevel, Section),
    Block(Block, usize),
}

fn sections(file: &str, text: &str, lines: &Lines, errors: &mut Vec<Error>) -> Vec<Section> {
    let mut done: Vec<Section> = Vec::new();
    let mut current: Option<Section> = None;
    let mut inside = Inside::Text;
    let mut nesting = 0_usize;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match (event, &mut inside) {
            (Event::Start(Tag::Heading { level, .. }), _) if nesting == 0 && level <= HeadingLevel::H4 => {
                done.extend(current.take());
                let section = Section {
                    line: lines.line(range.start),
                    title: String::new(),
                    prose: String::new(),
                    summary: None,
                    block: None,
                    prose_start: range.end,
                };
                inside = Inside::Heading(level, section);
            }
            (Event::Text(piece) | Event::Code(piece), Inside::Heading(_, section)) => section.title.push_str(&piece),
            (Event::SoftBreak, Inside::Heading(_, section)) => section.title.push(' '),
            (Event::End(TagEnd::Heading(_)), Inside::Heading(..)) => {
                if let Inside::Heading(level, section) = std::mem::replace(&mut inside, Inside::Text) {
                    // A document's title is no entry.
                    current = (level != HeadingLevel::H1).then_some(section);
                }
            }
            (Event::Start(Tag::Paragraph), Inside::Text) if nesting == 0 => {
                if let Some(section) = current.as_mut().filter(|s| s.summary.is_none() && s.block.is_none()) {
                    section.summary = Some(text[range].split_whitespace().collect::<Vec<_>>().join(" "));
                }
            }
            (Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))), Inside::Text)
                if info.split_whitespace().next() == Some("toml") =>
            {
                let block = Block { line: lines.line(range.start), toml: String::new(), pieces: Vec::new() };
                inside = Inside::Block(block, range.start);
            }
            (Event::Text(piece), Inside::Block(block, _)) => {
                block.pieces.push((block.toml.len(), range.start));
                block.toml.push_str(&piece);
            }
            (Event::End(TagEnd::CodeBlock), Inside::Block(..)) => {
                if let Inside::Block(block, start) = std::mem::replace(&mut inside, Inside::Text) {
                    place_block(block, &text[..start], current.as_mut(), file, errors);
                }
            }
            (Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item), _) => nesting += 1,
            (Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item), _) => nesting -= 1,
            _ => {}
        }
    }
    done.extend(current);
    done
}

fn place_block(block: Block, before: &str, section: Option<&mut Section>, file: &str, errors: &mut Vec<Error>) {
    let at = At { file: file.to_owned(), line: block.line };
    match section {
        None => errors.push(Error::BlockBeforeHeading { at }),
        Some(Section { block: Some(first), title, .. }) => {
            errors.push(Error::SecondBlock { at, title: title.clone(), first: first.line });
        }
        Some(section) => {
            section.prose = before.get(section.prose_start..).unwrap_or_default().trim().to_owned();
            section.block = Some(block);
        }
    }
}
