//! A real server on loopback over a real lake; the engine is the reference evaluator.

mod client;
mod engine;
mod house;
mod own_log;

mod arrivals;
mod bad_input;
mod errors;
mod health;
mod limits;
mod pages;
mod privacy;
mod questions;
mod tails;
mod walls;
