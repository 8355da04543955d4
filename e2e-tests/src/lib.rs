//! Scenarios that run on the sandbox and on the node, the March 2020 demo and what both stand on.

pub mod costs;
pub mod harness;
pub mod scenarios;
