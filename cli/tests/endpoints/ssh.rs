//! Endpoints over ssh: a private sshd on loopback, and behind it a private dockerd.
