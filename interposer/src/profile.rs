//! A profile: the rules that apply, by name.

use crate::{Error, Rule, sdc_docker};
use std::sync::Arc;

/// What is known of a rule besides what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its name, for [`Profile::without`] and [`Profile::altered`].
    pub name: &'static str,
    /// The row of the source document that it imitates, or the section of the wire facts.
    pub row: &'static str,
    /// What it does otherwise when altered.
    pub alteration: &'static str,
}

/// A rule in both its variants.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) info: RuleInfo,
    pub(crate) documented: Arc<dyn Rule>,
    pub(crate) altered: Arc<dyn Rule>,
}

/// A named list of rules.
#[derive(Clone)]
pub struct Profile {
    name: &'static str,
    entries: Vec<Entry>,
}

const NAMES: [&str; 2] = ["pass-through", "sdc-docker"];

impl Profile {
    /// `pass-through` or `sdc-docker`.
    pub fn by_name(name: &str) -> Result<Profile, Error> {
        match name {
            "pass-through" => Ok(Profile { name: NAMES[0], entries: Vec::new() }),
            "sdc-docker" => Ok(Profile { name: NAMES[1], entries: sdc_docker::rules() }),
            _ => Err(Error::UnknownProfile { name: name.to_owned(), known: Profile::names() }),
        }
    }

    /// The names of all profiles.
    pub fn names() -> Vec<&'static str> {
        NAMES.to_vec()
    }

    /// The profile's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its rules, in the order in which they have their turn.
    pub fn rules(&self) -> Vec<RuleInfo> {
        self.entries.iter().map(|entry| entry.info).collect()
    }

    /// The same profile with one rule left out.
    pub fn without(mut self, rule: &str) -> Result<Profile, Error> {
        let at = self.position(rule)?;
        self.entries.remove(at);
        Ok(self)
    }

    /// The same profile with one rule that misbehaves otherwise than documented.
    pub fn altered(mut self, rule: &str) -> Result<Profile, Error> {
        let at = self.position(rule)?;
        if let Some(entry) = self.entries.get_mut(at) {
            entry.documented = entry.altered.clone();
        }
        Ok(self)
    }

    fn position(&self, rule: &str) -> Result<usize, Error> {
        let unknown = || Error::UnknownRule {
            profile: self.name,
            name: rule.to_owned(),
            known: self.entries.iter().map(|entry| entry.info.name).collect(),
        };
        self.entries.iter().position(|entry| entry.info.name == rule).ok_or_else(unknown)
    }

    pub(crate) fn active(self) -> Vec<Arc<dyn Rule>> {
        self.entries.into_iter().map(|entry| entry.documented).collect()
    }
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("name", &self.name).field("rules", &self.rules()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_names_of_their_own() {
        let profile = Profile::by_name("sdc-docker").unwrap();
        let mut names: Vec<&str> = profile.rules().iter().map(|rule| rule.name).collect();
        let all = names.len();
        assert!(profile.rules().iter().all(|rule| !rule.row.is_empty() && !rule.alteration.is_empty()));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_rule_can_be_left_out() {
        let profile = Profile::by_name("sdc-docker").unwrap();
        let all = profile.rules().len();
        let fewer = profile.without("zsched").unwrap();
        assert_eq!(fewer.rules().len(), all - 1);
        let error = fewer.without("zsched").unwrap_err().to_string();
        assert!(error.contains("no rule called `zsched`") && error.contains("ipmgmtd"), "{error}");
    }

    #[test]
    fn unknown_names_are_told() {
        let error = Profile::by_name("sdc").unwrap_err().to_string();
        assert!(error.contains("pass-through, sdc-docker"), "{error}");
        assert!(Profile::by_name("pass-through").unwrap().altered("x").is_err());
    }
}
