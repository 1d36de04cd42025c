//! A real server on loopback over a real lake; the engine is the reference evaluator.

mod client;
mod engine;
mod house;
mod own_log;

mod analysis;
mod arrivals;
mod bad_input;
mod collectors;
mod elasticsearch;
mod errors;
mod graphql;
mod health;
mod hooks;
mod hostile;
mod journal;
mod limits;
mod loki;
mod models;
mod otlp;
mod pages;
mod privacy;
mod questions;
mod sockets;
mod tails;
mod walls;
