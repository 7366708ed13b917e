//! One suite for the simulation and for real servers.
//!
//! The suite is a list of scripted cases (`cases.txt`): requests, one after another, each case in a namespace of its
//! own. What a real kube-apiserver answered is recorded (`answers.txt`; its first line names the server). `run`
//! replays the script on any [`kube::Client`] and compares every answer with the recorded one, whole: status code,
//! object, ownership, messages. Values that differ by nature (ids, versions, times, generated names) are numbered in
//! the order in which they appear, so that *which* of them are equal is compared too.
//!
//! Where the simulation differs from the record, the simulation is wrong.

mod normal;
mod replay;
mod script;

pub use replay::{Failed, Report, compare, record, run};
