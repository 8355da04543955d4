//! Everything that can end a command: with a code that programs can rely on, an exit code, the values and what to do next.

use std::{fmt::Debug, path::PathBuf};

use florin_client::{
    account::AccountId,
    address_book::AddressBookError,
    bundle::BundleError,
    chain::Address,
    contract::{CallError, InstantiateError, VerifyError},
    deploy::DeployError,
    error::ChainError,
    governance::GovernanceError,
    metadata::MetadataError,
    plan::PlanError,
    signer::SignerError,
    upgrade::UpgradeError,
};
use florin_governance::proposal::ProposalError;
use florin_keeper::KeeperError;
use florin_trader::{
    amount::AmountError as TradeAmountError,
    document::DocumentError,
    hash::HexError,
    paper::PaperError,
    signatures::SignaturesError,
    terms_file::{ChangesError, Complaint, TermsFileError, UnwritableError},
    timeline::TimelineError,
    FileError,
};
use serde_json::{json, Map, Value};

use crate::{
    amount::{AmountError, Unit},
    commands::node::NodeError,
    exit::Exit,
    moment::MomentError,
    network::NetworkError,
    party::PartyError,
    places::NoHome,
    refusal::{Explain, Refusal, Units},
    wallet::WalletError,
};

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The command line cannot be read.
    #[error("{message}")]
    CommandLine {
        /// What is wrong.
        message: String,
    },
    /// A text is no amount.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// A text names nobody.
    #[error(transparent)]
    Party(#[from] PartyError),
    /// A text is no time.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// A reference of a payment is too long or not hexadecimal.
    #[error("{text:?} is no reference: {cause}; give a text of at most 32 bytes, or 0x and 64 hexadecimal digits")]
    Reference {
        /// The text.
        text: String,
        /// What is wrong.
        cause: String,
    },
    /// The signer cannot be made.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// Nobody is named to act.
    #[error("nobody is named to act on {network}; give --account, or one for the network with florin network add")]
    NoAccount {
        /// The network.
        network: String,
    },
    /// Nobody was there to confirm.
    #[error("standard input is no terminal, so nobody can confirm; give --yes to send, or --dry-run to see the preview only")]
    ConfirmationRequired,
    /// The answer was no.
    #[error("not confirmed; nothing was sent")]
    NotConfirmed,
    /// The settings cannot be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// There is no place for files.
    #[error(transparent)]
    NoHome(#[from] NoHome),
    /// The development node cannot be managed.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// No topic of that name.
    #[error("there is no help on {topic:?}; try florin help")]
    NoTopic {
        /// What was asked for.
        topic: String,
    },
    /// There is no deployment plan.
    #[error("there is no deploy.toml or scripts/deploy.toml here or in a folder above; give --plan FILE")]
    NoPlan,
    /// The address book belongs to a chain that has been started anew.
    #[error(
        "none of the contracts of {} is on the chain, which is at block {height}: it was started anew", path.display()
    )]
    BookOfFormerChain {
        /// The book.
        path: PathBuf,
        /// Height of the chain.
        height: u64,
    },
    /// The chain or the node.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The address book.
    #[error(transparent)]
    AddressBook(#[from] AddressBookError),
    /// A contract's bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The deployment plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A step of a deployment.
    #[error(transparent)]
    Deploy(Box<DeployError>),
    /// A contract is another one.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// A message does not fit the contract's metadata.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// A contract refused: when the call was tried, or, because its state changed after that, in the block.
    #[error("{}{}", refusal.reason, if *included { " (in the block; its trial right before had succeeded)" } else { "" })]
    Refused {
        /// Why.
        refusal: Box<Refusal>,
        /// Whether the transaction was included.
        included: bool,
    },
    /// A contract refused a message that is only known by its metadata.
    #[error("{message} was refused: {returned}")]
    RefusedByMetadata {
        /// The message.
        message: String,
        /// Name of the contract's error, in capitals.
        code: String,
        /// What the contract returned.
        returned: String,
        /// The same for programs.
        error: Value,
    },
    /// A file that should hold metadata does not.
    #[error("cannot use the metadata {}: {cause}; give the contract's own with --metadata FILE", path.display())]
    MetadataFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Nothing says what a contract understands.
    #[error("no bundle in {} has the code that {contract:?} runs; give its metadata with --metadata FILE", folder.display())]
    NoMetadata {
        /// The contract.
        contract: Address,
        /// Where bundles were looked for.
        folder: PathBuf,
    },
    /// There is no contract.
    #[error("there is no contract at {contract:?}")]
    NoContract {
        /// The address.
        contract: Address,
    },
    /// A contract does not speak as its bindings say.
    #[error("{cause}")]
    Bindings {
        /// What is wrong.
        cause: String,
    },
    /// A collateral token does not answer as an ERC-20 does.
    #[error("the token at {token:?} does not answer {message} as an ERC-20 does")]
    NotErc20 {
        /// The token.
        token: Address,
        /// What it was asked.
        message: &'static str,
    },
    /// The account holds less coin than the call burns.
    #[error("{account:?} holds {}, {} is needed", Unit::coin().exact(*available), Unit::coin().exact(*required))]
    InsufficientCoin {
        /// The account.
        account: Address,
        /// Raw units needed.
        required: u128,
        /// Raw units held.
        available: u128,
    },
    /// A token cannot find what the account holds, because it asks by address.
    #[error("{account:?} is not tied to its 20-byte address yet, so tokens do not find what it holds")]
    NotMapped {
        /// The account.
        account: AccountId,
    },
    /// The transaction succeeded and an event that it must have is not there.
    #[error("the transaction succeeded, and its events lack {event}; these bindings belong to another version of the contract")]
    NoEvent {
        /// The event.
        event: &'static str,
    },
    /// The message that metadata is asked for does not change anything, or does.
    #[error("{message} {}; use florin {instead}", if *mutates { "changes the contract" } else { "changes nothing" })]
    OtherVerb {
        /// The message.
        message: String,
        /// Whether it changes state.
        mutates: bool,
        /// The command to use.
        instead: &'static str,
    },
    /// A file that should hold a proposal does not.
    #[error("cannot use the proposal {}: {cause}", path.display())]
    ProposalFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// A file that should hold a signed ballot does not.
    #[error("cannot use the ballot {}: {cause}", path.display())]
    BallotFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// A ballot was signed for another governor or chain.
    #[error("the ballot {} was signed for {signed}, this is {here}; choose the network with --network", path.display())]
    OtherBallot {
        /// The file.
        path: PathBuf,
        /// Where it counts.
        signed: String,
        /// Where it should have been sent.
        here: String,
    },
    /// What a proposal would do cannot be read.
    #[error("{cause}")]
    ProposalContent {
        /// What is wrong.
        cause: String,
        /// Whether the node lacks it; else it tells something else than the governor knows.
        is_missing: bool,
    },
    /// The address book has no successor.
    #[error("the address book has no successor of the vaults; florin upgrade plan vaults deploys one")]
    NoSuccessor,
    /// What stands was made by another build.
    #[error("{contract} is of another build; build what it was made from, or begin anew: florin upgrade plan vaults --again")]
    OtherBuild {
        /// Its name in the address book.
        contract: &'static str,
    },
    /// A replacement cannot find all that it has to copy.
    #[error("{cause}")]
    RewardsNotTold {
        /// What is missing.
        cause: String,
    },
    /// The account holds less of an asset than a message pays in.
    #[error("{account:?} holds {}, {} is needed", unit.exact(*available), unit.exact(*required))]
    InsufficientAsset {
        /// The account.
        account: Address,
        /// Raw units needed.
        required: u128,
        /// Raw units held.
        available: u128,
        /// What they are counted in.
        unit: Unit,
    },
    /// A file holds no terms.
    #[error(transparent)]
    TermsFile(Box<TermsFileError>),
    /// Terms that the contract would refuse.
    #[error(transparent)]
    Complaint(Box<Complaint>),
    /// Terms that no file can say.
    #[error(transparent)]
    Unwritable(#[from] UnwritableError),
    /// An amendment of which nobody can say what it changes.
    #[error(transparent)]
    Changes(ChangesError),
    /// A file of signatures cannot be used.
    #[error(transparent)]
    Signatures(#[from] SignaturesError),
    /// A signature of a wallet elsewhere cannot be used.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// A signed paper cannot be used.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// A document cannot be used.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The records of a credit do not belong together.
    #[error(transparent)]
    Timeline(#[from] TimelineError),
    /// A text is no amount or share of a credit.
    #[error(transparent)]
    TradeAmount(#[from] TradeAmountError),
    /// A text is no hash.
    #[error(transparent)]
    Hash(#[from] HexError),
    /// A file of the SDK cannot be read or written.
    #[error(transparent)]
    TradeFile(#[from] FileError),
    /// A file cannot be used.
    #[error("cannot use the file {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Others have access to a file that holds a secret.
    #[error("others have access to {} (mode {mode:o}), and it holds a secret; run chmod 600 on it", path.display())]
    SharedFile {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Something would be written over.
    #[error("{} is there already and would be written over; choose another name with --out", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// A file says something else than it was taken for.
    #[error("{} is about {found}, and {expected} is meant; look at which file belongs to what", path.display())]
    OtherFile {
        /// The file.
        path: PathBuf,
        /// What it is about.
        found: String,
        /// What was meant.
        expected: String,
    },
    /// A text names no document or discrepancy of a credit.
    #[error("the credit asks for no document that {text:?} names; there are: {}", known.join(", "))]
    UnknownDocument {
        /// The text.
        text: String,
        /// Documents that there are.
        known: Vec<String>,
    },
    /// Nothing is presented.
    #[error("nothing is presented under credit {escrow} that could be decided; its status is {status}")]
    NoPresentation {
        /// Number of the credit.
        escrow: u64,
        /// Where it stands.
        status: &'static str,
    },
    /// The system failed.
    #[error("cannot {act}: {cause}")]
    System {
        /// What was to be done.
        act: String,
        /// What the system said.
        cause: String,
    },
}

impl From<DeployError> for CliError {
    fn from(error: DeployError) -> Self {
        match error {
            DeployError::Chain(error) => error.into(),
            DeployError::Bundle(error) => error.into(),
            DeployError::AddressBook(error) => error.into(),
            DeployError::Plan(error) => error.into(),
            DeployError::Signer(error) => error.into(),
            DeployError::Verify(error) => error.into(),
            other => Self::Deploy(Box::new(other)),
        }
    }
}

impl From<GovernanceError> for CliError {
    fn from(error: GovernanceError) -> Self {
        let cause = error.to_string();
        match error {
            GovernanceError::Chain(error) => error.into(),
            GovernanceError::Question(error) => error.into(),
            GovernanceError::UnknownProposal { id } => {
                ProposalError::UnknownProposal { id }.explain(&Units::plain()).into()
            }
            GovernanceError::EventMissing { .. } => Self::ProposalContent { cause, is_missing: true },
            _ => Self::ProposalContent { cause, is_missing: false },
        }
    }
}

impl From<UpgradeError> for CliError {
    fn from(error: UpgradeError) -> Self {
        let cause = error.to_string();
        match error {
            UpgradeError::Chain(error) => error.into(),
            UpgradeError::Question(error) => error.into(),
            UpgradeError::Vaults(error) => error.into(),
            UpgradeError::Bundle(error) => error.into(),
            _ => Self::RewardsNotTold { cause },
        }
    }
}

impl From<KeeperError> for CliError {
    fn from(error: KeeperError) -> Self {
        let cause = error.to_string();
        match error {
            KeeperError::Chain(error) => error.into(),
            KeeperError::Question(error) => error.into(),
            KeeperError::Escrow(error) => (*error).into(),
            KeeperError::Arbitration(error) => error.into(),
            KeeperError::NoEvent { event, .. } => Self::NoEvent { event },
            _ => Self::Bindings { cause },
        }
    }
}

impl From<TermsFileError> for CliError {
    fn from(error: TermsFileError) -> Self {
        Self::TermsFile(Box::new(error))
    }
}

impl From<ChangesError> for CliError {
    fn from(error: ChangesError) -> Self {
        match error {
            ChangesError::Unwritable(error) => error.into(),
            other => Self::Changes(other),
        }
    }
}

impl From<Complaint> for CliError {
    fn from(error: Complaint) -> Self {
        Self::Complaint(Box::new(error))
    }
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { refusal: Box::new(refusal), included: false }
    }
}

/// A failed call, its refusal in these units.
pub(crate) fn from_call<E: Explain + Debug>(error: CallError<E>, units: &Units) -> CliError {
    match error {
        CallError::Chain(error) => error.into(),
        CallError::Refused { error, .. } => error.explain(units).into(),
        CallError::NoContract { contract } => CliError::NoContract { contract },
        other => CliError::Bindings { cause: other.to_string() },
    }
}

impl<E: Explain + Debug> From<CallError<E>> for CliError {
    fn from(error: CallError<E>) -> Self {
        from_call(error, &Units::plain())
    }
}

impl CliError {
    /// The code that programs can rely on.
    pub(crate) fn code(&self) -> String {
        if let Self::Refused { refusal, .. } = self {
            return refusal.code.clone();
        }
        if let Self::RefusedByMetadata { code, .. } = self {
            return code.clone();
        }
        let code = match self {
            Self::CommandLine { .. } => "USAGE",
            Self::Amount(_) => "INVALID_AMOUNT",
            Self::Party(_) => "INVALID_ADDRESS",
            Self::Moment(_) => "INVALID_TIME",
            Self::Reference { .. } => "INVALID_REFERENCE",
            Self::Signer(SignerError::SecretInPlainSight) => "SECRET_ON_COMMAND_LINE",
            Self::Signer(_) => "INVALID_ACCOUNT",
            Self::NoAccount { .. } => "NO_ACCOUNT",
            Self::ConfirmationRequired => "CONFIRMATION_REQUIRED",
            Self::NotConfirmed => "NOT_CONFIRMED",
            Self::Network(NetworkError::Unknown { .. }) => "UNKNOWN_NETWORK",
            Self::Network(NetworkError::Exists { .. }) => "NETWORK_EXISTS",
            Self::Network(_) => "INVALID_NETWORK",
            Self::NoHome(_) => "NO_HOME",
            Self::Node(error) => error.code(),
            Self::NoTopic { .. } => "NO_TOPIC",
            Self::NoPlan => "NO_PLAN",
            Self::BookOfFormerChain { .. } => "CHAIN_STARTED_ANEW",
            Self::Chain(error) => chain_code(error),
            Self::AddressBook(error) => book_code(error),
            Self::Bundle(BundleError::Missing { .. }) => "MISSING_BUNDLE",
            Self::Bundle(BundleError::HashMismatch { .. }) => "BUNDLE_HASH_MISMATCH",
            Self::Bundle(_) => "INVALID_BUNDLE",
            Self::Plan(_) => "INVALID_PLAN",
            Self::Deploy(error) => deploy_code(error),
            Self::Verify(VerifyError::OtherCode { .. }) => "CODE_HASH_MISMATCH",
            Self::Verify(VerifyError::NoContract { .. }) | Self::NoContract { .. } => "NO_CONTRACT",
            Self::Verify(VerifyError::Chain(error)) => chain_code(error),
            Self::Verify(_) => "VERIFICATION_FAILED",
            Self::Metadata(MetadataError::Output { .. }) => "BINDINGS_MISMATCH",
            Self::Metadata(_) => "INVALID_MESSAGE",
            Self::MetadataFile { .. } => "INVALID_METADATA",
            Self::NoMetadata { .. } => "NO_METADATA",
            Self::Refused { .. } | Self::RefusedByMetadata { .. } => "REFUSED",
            Self::Bindings { .. } | Self::NoEvent { .. } => "BINDINGS_MISMATCH",
            Self::NotErc20 { .. } => "NOT_ERC20",
            Self::NotMapped { .. } => "NOT_MAPPED",
            Self::InsufficientCoin { .. } | Self::InsufficientAsset { .. } => "INSUFFICIENT_BALANCE",
            Self::TermsFile(_) | Self::Unwritable(_) => "INVALID_TERMS",
            Self::Complaint(_) => "TERMS_OUT_OF_BOUNDS",
            Self::Changes(_) => "HIDDEN_CHANGE",
            Self::Signatures(SignaturesError::OtherContents { .. }) => "FILE_CHANGED",
            Self::Signatures(_) => "INVALID_SIGNATURES",
            Self::Wallet(error) => error.code(),
            Self::Paper(_) => "INVALID_PAPER",
            Self::Document(_) => "INVALID_DOCUMENT",
            Self::Timeline(_) => "RECORDS_MISMATCH",
            Self::TradeAmount(_) => "INVALID_AMOUNT",
            Self::Hash(_) => "INVALID_HASH",
            Self::TradeFile(_) | Self::File { .. } => "INVALID_FILE",
            Self::SharedFile { .. } => "FILE_IS_SHARED",
            Self::FileExists { .. } => "FILE_EXISTS",
            Self::OtherFile { .. } => "OTHER_FILE",
            Self::UnknownDocument { .. } => "UNKNOWN_DOCUMENT",
            Self::NoPresentation { .. } => "NO_PRESENTATION",
            Self::OtherVerb { .. } => "OTHER_COMMAND",
            Self::ProposalFile { .. } => "INVALID_PROPOSAL",
            Self::BallotFile { .. } => "INVALID_BALLOT",
            Self::OtherBallot { .. } => "OTHER_GOVERNOR",
            Self::ProposalContent { is_missing: true, .. } => "PROPOSAL_NOT_TOLD",
            Self::ProposalContent { .. } => "OTHER_PROPOSAL",
            Self::NoSuccessor => "NO_SUCCESSOR",
            Self::OtherBuild { .. } => "CODE_HASH_MISMATCH",
            Self::RewardsNotTold { .. } => "REWARDS_NOT_TOLD",
            Self::System { .. } => "SYSTEM",
        };
        code.to_owned()
    }

    /// How the program exits.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Metadata(MetadataError::Output { .. }) => Exit::Mismatch,
            Self::CommandLine { .. }
            | Self::Amount(_)
            | Self::Party(_)
            | Self::Moment(_)
            | Self::Reference { .. }
            | Self::Signer(_)
            | Self::NoAccount { .. }
            | Self::ConfirmationRequired
            | Self::NotConfirmed
            | Self::NoHome(_)
            | Self::NoTopic { .. }
            | Self::NoPlan
            | Self::Plan(_)
            | Self::Metadata(_)
            | Self::MetadataFile { .. }
            | Self::NoMetadata { .. }
            | Self::NotMapped { .. }
            | Self::ProposalFile { .. }
            | Self::BallotFile { .. }
            | Self::NoSuccessor
            | Self::TermsFile(_)
            | Self::Complaint(_)
            | Self::Unwritable(_)
            | Self::Paper(_)
            | Self::Document(_)
            | Self::TradeAmount(_)
            | Self::Hash(_)
            | Self::TradeFile(_)
            | Self::File { .. }
            | Self::SharedFile { .. }
            | Self::FileExists { .. }
            | Self::UnknownDocument { .. }
            | Self::OtherVerb { .. } => Exit::Usage,
            Self::Signatures(SignaturesError::OtherContents { .. }) => Exit::Mismatch,
            Self::Signatures(_) | Self::Wallet(_) => Exit::Usage,
            Self::Network(NetworkError::File { .. }) => Exit::Internal,
            Self::Network(_) => Exit::Usage,
            Self::Node(error) => error.exit(),
            Self::BookOfFormerChain { .. } => Exit::Mismatch,
            Self::Chain(error) => chain_exit(error),
            Self::AddressBook(error) => book_exit(error),
            Self::Bundle(BundleError::HashMismatch { .. }) => Exit::Mismatch,
            Self::Bundle(_) => Exit::Usage,
            Self::Deploy(error) => deploy_exit(error),
            Self::Verify(VerifyError::Chain(error)) => chain_exit(error),
            Self::Verify(_) | Self::NoContract { .. } | Self::Bindings { .. } | Self::NoEvent { .. } => Exit::Mismatch,
            Self::Refused { included: true, .. } => Exit::Rejected,
            Self::Refused { .. }
            | Self::RefusedByMetadata { .. }
            | Self::InsufficientCoin { .. }
            | Self::InsufficientAsset { .. }
            | Self::NoPresentation { .. } => Exit::Refused,
            Self::ProposalContent { is_missing: true, .. } | Self::RewardsNotTold { .. } => Exit::Internal,
            Self::NotErc20 { .. }
            | Self::OtherBallot { .. }
            | Self::OtherBuild { .. }
            | Self::OtherFile { .. }
            | Self::Changes(_)
            | Self::Timeline(_)
            | Self::ProposalContent { .. } => Exit::Mismatch,
            Self::System { .. } => Exit::Internal,
        }
    }

    /// The values.
    pub(crate) fn details(&self) -> Value {
        match self {
            Self::Refused { refusal, .. } => Value::Object(refusal.details.clone()),
            Self::InsufficientCoin { account, required, available } => json!({
                "account": format!("{account:?}"),
                "required": Unit::coin().json(*required),
                "available": Unit::coin().json(*available),
            }),
            Self::InsufficientAsset { account, required, available, unit } => json!({
                "account": format!("{account:?}"),
                "required": unit.json(*required),
                "available": unit.json(*available),
            }),
            Self::Complaint(complaint) => json!({
                "key": complaint.at.key,
                "line": complaint.at.line,
                "problem": complaint.problem,
                "advice": complaint.advice,
            }),
            Self::TermsFile(error) => match &**error {
                TermsFileError::Wrong { at, .. } => json!({ "key": at.key, "line": at.line }),
                TermsFileError::Syntax { line, .. } => json!({ "line": line }),
                _ => Value::Object(Map::new()),
            },
            Self::Changes(ChangesError::Hidden { before, after }) => json!({
                "before": format!("0x{}", hex::encode(before)),
                "after": format!("0x{}", hex::encode(after)),
            }),
            Self::RefusedByMetadata { error, .. } => json!({ "error": error }),
            Self::NoContract { contract } => json!({ "contract": format!("{contract:?}") }),
            Self::Chain(error) => chain_details(error),
            Self::Verify(VerifyError::OtherCode { contract, expected, actual }) => json!({
                "contract": format!("{contract:?}"),
                "expected": format!("{expected:?}"),
                "actual": format!("{actual:?}"),
            }),
            Self::AddressBook(AddressBookError::WrongNetwork { expected, actual, .. }) => {
                json!({ "expected": format!("{expected:?}"), "actual": format!("{actual:?}") })
            }
            _ => Value::Object(Map::new()),
        }
    }

    /// What to do next, where the message does not say it already.
    pub(crate) fn hint(&self) -> Option<String> {
        if let Self::Refused { refusal, .. } = self {
            return Some(refusal.next.clone().unwrap_or_else(|| after_refusal(&refusal.code).to_owned()));
        }
        self.fixed_hint().map(str::to_owned)
    }

    fn fixed_hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::RefusedByMetadata { code, .. } => after_refusal(code),
            Self::BookOfFormerChain { .. } => "florin deploy --reset",
            Self::NoContract { .. } => "florin deploy, or choose the network with --network; florin doctor tells more",
            Self::NotMapped { .. } => "florin account map",
            Self::InsufficientCoin { .. } => "florin token balance, or repay less",
            Self::NotErc20 { .. } => "florin vault types names the tokens that are collateral",
            Self::InsufficientAsset { .. } => "get what is missing, and run the command again",
            Self::TermsFile(_) => {
                "put that right and run the command again; florin escrow template sight shows how it is written"
            }
            Self::Signatures(_) => "florin escrow draft TERMS --out FILE writes a new file in which the parties sign",
            Self::Wallet(WalletError::Signature(_)) => {
                "the same command with --typed-data prints what has to be signed"
            }
            Self::Paper(_) => "florin document sign ESCROW PLACE DOCUMENT --out FILE writes a signed paper",
            Self::Document(_) => "florin document sheet FIELDS --out FILE makes a document",
            Self::TradeFile(_) | Self::File { .. } => {
                "look at the path, and at who may read the file; or ask for it again"
            }
            Self::UnknownDocument { .. } => "name one of those by its number or its kind; or florin escrow show ESCROW",
            Self::NoPresentation { .. } => "florin escrow show ESCROW tells who may do what now",
            Self::Bindings { .. } | Self::NoEvent { .. } => "florin doctor",
            Self::Chain(ChainError::Dispatch { name, .. }) if name == "StorageDepositNotEnoughFunds" => {
                "florin account balance; deposits and fees are paid in native tokens"
            }
            Self::Metadata(_) => "florin contract messages CONTRACT",
            Self::ProposalContent { is_missing: true, .. } | Self::RewardsNotTold { .. } => {
                "name a node that keeps old blocks with --url"
            }
            Self::ProposalContent { .. } => "do not vote on it; ask another node with --url",
            Self::ProposalFile { .. } => "florin help gov propose shows what the file holds",
            Self::BallotFile { .. } => "florin gov vote N for --sign > FILE writes one",
            Self::CommandLine { .. } => "florin help",
            Self::NotConfirmed => "run it again and answer y, or give --yes",
            Self::Amount(AmountError::OtherUnit { .. }) => "florin help amounts",
            Self::Moment(MomentError::Past { .. }) => {
                "give a later time, or start a new chain: florin node stop, florin node start"
            }
            Self::Signer(
                SignerError::File { .. }
                | SignerError::NotInEnvironment { .. }
                | SignerError::StandardInput { .. }
                | SignerError::Empty,
            ) => "give a development account (alice), file:PATH, env:NAME or stdin: with --account",
            Self::Network(NetworkError::File { .. }) => {
                "look at the file's permissions, or set FLORIN_CONFIG_DIR to another folder"
            }
            Self::Network(NetworkError::Corrupt { .. }) => {
                "put the file right, or remove it and write it anew with florin network add"
            }
            Self::Node(error) => return after_node_error(error),
            Self::AddressBook(AddressBookError::File { .. }) => {
                "look at the file's permissions, or give another one with --addresses"
            }
            Self::AddressBook(AddressBookError::Corrupt { .. }) => {
                "put a copy of it back, or give another one with --addresses"
            }
            Self::Bundle(BundleError::Unreadable { .. }) => "scripts/build makes it anew",
            Self::Plan(_) => "put the plan right; scripts/deploy.toml is one that works",
            Self::Deploy(error) => return after_deployment(error),
            Self::System { .. } => "put that right and run the command again",
            _ => return None,
        })
    }
}

/// What to do after a refusal that does not tell itself, by its code.
fn after_refusal(code: &str) -> &'static str {
    match code {
        "ZERO_AMOUNT" => "give an amount above zero",
        "NOT_LIQUIDATABLE" => "florin vault show POSITION tells the price at which it can be liquidated",
        "PRICE_ABOVE_MAXIMUM" => "give a higher --max-price, or wait: an auction's price falls with time",
        "PRICE_IN_GRACE" | "UPDATE_TOO_SOON" => "wait until then, and send it again",
        "PRICE_OUT_OF_BOUNDS" => "florin oracle feeds tells the bounds",
        "NO_PRICE" => "feeders have to report: florin oracle report FEED PRICE",
        "PRICE_NOT_NEWER" | "ALREADY_INITIALISED" | "NOTHING_TO_HEAL" | "NOTHING_TO_CLAIM" => "nothing has to be done",
        "COLLATERAL_TRANSFER_FAILED" => "florin vault types names the token; the account needs enough of it",
        "VALUE_MISMATCH" => "send exactly the native tokens that are needed",
        _ => "change what is named here; docs/errors.md says what each refusal means",
    }
}

fn after_node_error(error: &NodeError) -> Option<&'static str> {
    match error {
        NodeError::NotRunning => Some("florin node start"),
        NodeError::Ended { .. } | NodeError::Silent { .. } => Some("read the log, then florin node start"),
        NodeError::WillNotStop { .. } => Some("end the process by its number: kill -KILL PID"),
        _ => None,
    }
}

fn after_deployment(error: &DeployError) -> Option<&'static str> {
    match error {
        DeployError::Metadata { .. } => Some("scripts/build"),
        DeployError::Encode { .. } => Some("put the plan right; florin contract messages CONTRACT"),
        DeployError::OtherAddress { .. } => Some("choose another network with --network"),
        DeployError::Refused { .. } | DeployError::Instantiate { .. } => {
            Some("put that right and run the command again; it goes on where it stopped")
        }
        _ => None,
    }
}

fn chain_code(error: &ChainError) -> &'static str {
    match error {
        ChainError::Unreachable { .. } => "UNREACHABLE",
        ChainError::WrongNetwork { .. } => "WRONG_NETWORK",
        ChainError::Incompatible { .. } => "INCOMPATIBLE_CHAIN",
        ChainError::Dispatch { .. } => "CHAIN_REFUSED",
        ChainError::Invalid { .. } => "INVALID_TRANSACTION",
        ChainError::Dropped { .. } => "DROPPED",
        ChainError::Expired { .. } => "EXPIRED",
        ChainError::Unknown { .. } => "OUTCOME_UNKNOWN",
        ChainError::TooHeavy { .. } => "TOO_HEAVY",
        ChainError::Decode { .. } => "UNREADABLE_ANSWER",
        _ => "NODE_ERROR",
    }
}

fn chain_exit(error: &ChainError) -> Exit {
    match error {
        ChainError::Unreachable { .. } => Exit::Unreachable,
        ChainError::WrongNetwork { .. } | ChainError::Incompatible { .. } => Exit::Mismatch,
        ChainError::Dispatch { .. } | ChainError::Invalid { .. } | ChainError::TooHeavy { .. } => Exit::Rejected,
        ChainError::Dropped { .. } | ChainError::Expired { .. } => Exit::Lost,
        ChainError::Unknown { .. } => Exit::Unknown,
        _ => Exit::Internal,
    }
}

fn chain_details(error: &ChainError) -> Value {
    match error {
        ChainError::Unreachable { url, .. } => json!({ "url": url }),
        ChainError::WrongNetwork { expected, actual } => {
            json!({ "expected": format!("{expected:?}"), "actual": format!("{actual:?}") })
        }
        ChainError::Dispatch { pallet, name, detail } => json!({ "pallet": pallet, "name": name, "detail": detail }),
        ChainError::Dropped { transaction }
        | ChainError::Expired { transaction }
        | ChainError::Unknown { transaction, .. } => json!({ "transaction": format!("{transaction:?}") }),
        _ => Value::Object(Map::new()),
    }
}

fn book_code(error: &AddressBookError) -> &'static str {
    match error {
        AddressBookError::Missing { .. } => "NOT_DEPLOYED",
        AddressBookError::WrongNetwork { .. } => "WRONG_NETWORK",
        AddressBookError::UnknownContract { .. } => "UNKNOWN_CONTRACT",
        AddressBookError::Corrupt { .. } => "INVALID_ADDRESS_BOOK",
        _ => "SYSTEM",
    }
}

fn book_exit(error: &AddressBookError) -> Exit {
    match error {
        AddressBookError::WrongNetwork { .. } => Exit::Mismatch,
        AddressBookError::File { .. } => Exit::Internal,
        _ => Exit::Usage,
    }
}

fn deploy_code(error: &DeployError) -> &'static str {
    match error {
        DeployError::Refused { .. } | DeployError::Instantiate { error: InstantiateError::Refused { .. }, .. } => {
            "REFUSED"
        }
        DeployError::Instantiate { error: InstantiateError::Chain(error), .. } => chain_code(error),
        DeployError::Outdated { .. } => "CODE_HASH_MISMATCH",
        DeployError::OtherAddress { .. } => "OTHER_ADDRESS",
        DeployError::Metadata { .. } => "INVALID_BUNDLE",
        DeployError::Encode { .. } => "INVALID_PLAN",
        _ => "DEPLOYMENT_FAILED",
    }
}

fn deploy_exit(error: &DeployError) -> Exit {
    match error {
        DeployError::Refused { .. } | DeployError::Instantiate { error: InstantiateError::Refused { .. }, .. } => {
            Exit::Refused
        }
        DeployError::Instantiate { error: InstantiateError::Chain(error), .. } => chain_exit(error),
        DeployError::Outdated { .. } | DeployError::OtherAddress { .. } => Exit::Mismatch,
        DeployError::Metadata { .. } | DeployError::Encode { .. } => Exit::Usage,
        _ => Exit::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_client::chain::Hash;

    #[test]
    fn each_outcome_of_a_transaction_has_its_exit_code() {
        let transaction = Hash::zero();
        let cases = [
            (ChainError::Unreachable { url: "ws://x".into(), cause: "refused".into() }, 8),
            (ChainError::WrongNetwork { expected: Hash::zero(), actual: Hash::repeat_byte(1) }, 7),
            (ChainError::Dispatch { pallet: "Revive".into(), name: "OutOfGas".into(), detail: None }, 4),
            (ChainError::Invalid { reason: "no funds".into() }, 4),
            (ChainError::Dropped { transaction }, 5),
            (ChainError::Expired { transaction }, 5),
            (ChainError::Unknown { transaction, cause: "broken".into() }, 6),
            (ChainError::Decode { what: "x".into(), cause: "y".into() }, 1),
            (ChainError::Node { request: "x".into(), reason: "y".into() }, 1),
            (ChainError::Incompatible { spec_version: 1, missing: "x".into() }, 7),
        ];
        for (error, code) in cases {
            let error = CliError::from(error);
            assert_eq!(error.exit().code(), code, "{error}");
            assert!(names_the_next_step(&error), "{error}");
        }
        assert_eq!(CliError::ConfirmationRequired.exit().code(), 2);
        let refused = vault_refusal();
        assert_eq!((refused.exit().code(), refused.code().as_str()), (3, "NO_DEBT"));
    }

    fn names_the_next_step(error: &CliError) -> bool {
        error.hint().is_some_and(|hint| !hint.is_empty()) || error.to_string().contains("; ")
    }

    #[test]
    fn every_error_says_what_to_do_next() {
        let text = || "x".to_owned();
        let path = || PathBuf::from("x");
        let errors: [CliError; 45] = [
            AmountError::OtherUnit { text: text(), given: text(), expected: text() }.into(),
            MomentError::Past { text: text(), now: 0 }.into(),
            SignerError::File { path: path(), cause: text() }.into(),
            SignerError::NotInEnvironment { name: text() }.into(),
            SignerError::StandardInput { cause: text() }.into(),
            SignerError::Empty.into(),
            NetworkError::File { path: path(), cause: text() }.into(),
            NetworkError::Corrupt { path: path(), cause: text() }.into(),
            NodeError::NotRunning.into(),
            NodeError::WillNotStop { pid: 1, seconds: 1 }.into(),
            AddressBookError::File { path: path(), cause: text() }.into(),
            AddressBookError::Corrupt { path: path(), cause: text() }.into(),
            BundleError::Unreadable { path: path(), cause: text() }.into(),
            PlanError::Syntax { cause: text() }.into(),
            DeployError::Refused { step: text(), returned: text() }.into(),
            CliError::NotConfirmed,
            CliError::MetadataFile { path: path(), cause: text() },
            CliError::ProposalFile { path: path(), cause: text() },
            CliError::BallotFile { path: path(), cause: text() },
            CliError::ProposalContent { cause: text(), is_missing: true },
            CliError::ProposalContent { cause: text(), is_missing: false },
            CliError::NotErc20 { token: Address::zero(), message: "decimals" },
            CliError::NoSuccessor,
            CliError::OtherBuild { contract: "vaults_next" },
            UpgradeError::RewardsMissing { predecessor: Address::zero() }.into(),
            CliError::InsufficientAsset { account: Address::zero(), required: 2, available: 1, unit: Unit::coin() },
            TermsFileError::Syntax { line: Some(1), cause: text() }.into(),
            UnwritableError::Weekend.into(),
            ChangesError::Hidden { before: [1; 32], after: [2; 32] }.into(),
            SignaturesError::OtherSubject.into(),
            SignaturesError::AboveStake.into(),
            WalletError::NoMoment { option: "--dated" }.into(),
            WalletError::NoPublicKey { signer: Address::zero() }.into(),
            WalletError::OnChain.into(),
            PaperError::OtherVenue.into(),
            DocumentError::NoField.into(),
            TimelineError::OtherAgreement.into(),
            CliError::File { path: path(), cause: text() },
            CliError::SharedFile { path: path(), mode: 0o644 },
            CliError::FileExists { path: path() },
            CliError::OtherFile { path: path(), found: text(), expected: text() },
            CliError::UnknownDocument { text: text(), known: vec![text()] },
            CliError::NoPresentation { escrow: 1, status: "funded" },
            CliError::System { act: text(), cause: text() },
            CliError::RefusedByMetadata { message: text(), code: text(), returned: text(), error: json!({}) },
        ];
        for error in errors {
            assert!(names_the_next_step(&error), "{error}");
        }
        let refused: CliError = florin_stable::VaultError::ZeroAmount.explain(&Units::plain()).into();
        assert_eq!(refused.hint().as_deref(), Some("give an amount above zero"));
    }

    fn vault_refusal() -> CliError {
        florin_stable::VaultError::NoDebt.explain(&Units::plain()).into()
    }

    #[test]
    fn a_secret_on_the_command_line_has_its_own_code() {
        let secret = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
        let error = secret.parse::<florin_client::signer::SignerSource>().expect_err("a secret");
        let error = CliError::from(error);
        assert_eq!((error.code().as_str(), error.exit().code()), ("SECRET_ON_COMMAND_LINE", 2));
        assert!(!error.to_string().contains("bottom"));
    }
}
