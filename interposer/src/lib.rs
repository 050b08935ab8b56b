//! An HTTP proxy in front of a real container engine that makes it diverge the way a profile says.
//!
//! `pass-through` changes nothing: its use is to show that the proxy itself is not noticed. `sdc-docker` makes Docker behave as
//! SDC Docker (Triton) is documented to: every rule imitates one row of that documentation, and can be left out or altered, which
//! shows that a suite notices both. It is a test instrument: what is recorded through it says what is documented, not what was
//! measured on Triton.
//!
//! From the command line it is
//!
//! ```text
//! lockstep interpose --profile sdc-docker --upstream unix:///var/run/docker.sock --listen unix:///tmp/sdc.sock
//! ```
//!
//! and from a program
//!
//! ```no_run
//! # async fn example() -> Result<(), lockstep_interposer::Error> {
//! use lockstep_interposer::{Interposer, Options, Profile};
//! let profile = Profile::by_name("sdc-docker")?.without("zsched")?;
//! let upstream = "unix:///var/run/docker.sock".parse()?;
//! let running = Interposer::start("unix:///tmp/sdc.sock".parse()?, upstream, profile, Options::default()).await?;
//! println!("listening on {}", running.endpoint());
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

mod body;
mod endpoint;
mod error;
mod profile;
mod proxy;
mod route;
mod rule;
mod sdc_docker;

pub use body::{Body, BodyError, Content, HELD, whole};
pub use endpoint::Endpoint;
pub use error::Error;
pub use profile::{Profile, RuleInfo};
pub use proxy::{Engine, Interposer, Options, Running};
pub use route::Route;
pub use rule::{Answer, Asked, Decision, ObservationEdit, Rule, Soon};
