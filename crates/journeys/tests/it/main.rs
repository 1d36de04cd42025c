//! One executable for all journeys. `cargo xtask tidy` sees to it that every file beside this one is listed.

#![allow(clippy::print_stdout, reason = "seeds, figures and what was not run are shown by --nocapture and on failure")]

mod bad_input;
mod canary;
mod command_line;
mod crash;
mod damage;
mod demo;
mod disk_full;
mod fault_proxy;
mod folder;
mod follow;
mod freshness;
mod graphql;
mod harness;
mod idle;
mod journal;
#[cfg(feature = "kafka")]
mod kafka;
mod local_model;
mod models;
mod outside;
mod outside_readers;
mod overload;
mod privacy;
mod resend;
mod restart;
mod resume;
mod s3;
mod secrets;
mod senders;
mod settings;
mod sockets;
mod stream_proxy;
mod tail;
mod time_travel;
mod transforms;
