//! Scenarios that run on the sandbox and on the node, the March 2020 demo and what both stand on.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod costs;
pub mod demo;
pub mod harness;
pub mod scenarios;
pub mod trade;
