//! The probe image: one static binary, its two accounts and a few files. It needs no registry.

mod archive;
mod provision;

pub use archive::{digest, load_archive, rootfs_tar};
pub use provision::{How, Provisioned, provision, provision_by};

/// The name of the image on every engine.
pub const IMAGE: &str = "lockstep/probe:1";
/// The label of everything in the image that says it is Lockstep's.
pub(crate) const LABEL: &str = "io.lockstep.image";
/// The label that holds the digest of the image's content, to tell an older one by.
pub(crate) const CONTENT_LABEL: &str = "io.lockstep.content";
