//! The commands, a module each.

pub(crate) mod account;
pub(crate) mod arbitration;
pub(crate) mod audit;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod document;
pub(crate) mod escrow;
pub(crate) mod gov;
pub(crate) mod help;
pub(crate) mod leg;
pub(crate) mod message;
pub(crate) mod network;
pub(crate) mod node;
pub(crate) mod oracle;
pub(crate) mod title;
pub(crate) mod token;
pub(crate) mod upgrade;
pub(crate) mod vault;
