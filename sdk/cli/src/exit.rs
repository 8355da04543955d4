//! Exit codes: what a script can rely on.

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Success,
    /// Something that should not happen.
    Internal,
    /// The request itself is wrong.
    Usage,
    /// A contract refused when the call was tried.
    Refused,
    /// The chain refused the transaction, or undid it.
    Rejected,
    /// The transaction never made it into a block.
    Lost,
    /// Nobody knows what became of the transaction.
    Unknown,
    /// Chain, contract or file is not the one that is meant.
    Mismatch,
    /// The node cannot be reached.
    Unreachable,
    /// What was looked at is not as it should be.
    Finding,
}

/// All of them, in order.
pub(crate) const ALL: [Exit; 10] = [
    Exit::Success,
    Exit::Internal,
    Exit::Usage,
    Exit::Refused,
    Exit::Rejected,
    Exit::Lost,
    Exit::Unknown,
    Exit::Mismatch,
    Exit::Unreachable,
    Exit::Finding,
];

impl Exit {
    /// The number that the program exits with.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Rejected => 4,
            Self::Lost => 5,
            Self::Unknown => 6,
            Self::Mismatch => 7,
            Self::Unreachable => 8,
            Self::Finding => 9,
        }
    }

    /// What it means.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Success => "done",
            Self::Internal => "a file, a program or the node failed, or an answer could not be read",
            Self::Usage => "the command line, a file that it names or a missing confirmation; nothing was sent",
            Self::Refused => "a contract refused when the call was tried; nothing was sent",
            Self::Rejected => "the chain rejected the transaction; it had no effect beyond a fee",
            Self::Lost => "the transaction was dropped or expired; it had no effect and can be sent again",
            Self::Unknown => "the outcome is not known; look for the transaction before sending it again",
            Self::Mismatch => "another chain, contract code or file than expected",
            Self::Unreachable => "the node cannot be reached",
            Self::Finding => "an audit or a check found something that is not as it should be",
        }
    }
}

/// The table as people read it.
pub(crate) fn table() -> String {
    ALL.iter().map(|exit| format!("{}  {}\n", exit.code(), exit.meaning())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_numbered_without_gaps() {
        let codes: Vec<u8> = ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, (0..10).collect::<Vec<u8>>());
    }
}
