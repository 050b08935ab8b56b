//! Lockstep scenarios by API area.
