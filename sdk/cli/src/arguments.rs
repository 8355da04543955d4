//! The command line. The comments here are its help, and `docs/cli.md`.

mod escrow;
mod trade;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

pub(crate) use escrow::{
    AmendCommand, ClaimArguments, DivideCommand, DraftArguments, EscrowCommand, KeepArguments, OrderArguments,
    PresentArguments, QuoteArguments, RedirectArguments, RedirectCommand, TemplateName,
};
pub(crate) use trade::{
    ArbitrationCommand, CaseArguments, DocumentCommand, HashName, LegArguments, LegCommand, PoolCommand,
    RegistryArguments, Rejected, SignArguments, TitleArguments, TitleCommand,
};

/// Dollar coin, vaults, prices and trade credits of Florin, from the command line.
///
/// Results go to standard output, everything else to standard error. A command that sends something shows first what it will do,
/// and asks; without a terminal it needs --yes. Amounts are written like "1.5 FLRN", 1.5FLRN or 1.5. Accounts and contracts are
/// written as alias (token, alice, me), as SS58 address or as 0x and 40 or 64 hexadecimal digits.
#[derive(Debug, Parser)]
#[command(name = "florin", version, disable_help_subcommand = true, max_term_width = 110)]
pub(crate) struct Cli {
    /// Options of all commands.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Network, as `florin network ls` names it [default: the one of `florin network use`, else dev].
    #[arg(long, global = true, value_name = "NAME", env = "FLORIN_NETWORK", hide_env_values = true)]
    pub(crate) network: Option<String>,

    /// Address of the node (ws://… or wss://…), instead of the network's.
    #[arg(long, global = true, value_name = "URL", env = "FLORIN_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,

    /// Who acts: a development account (dev:alice), file:PATH, env:NAME or stdin: [default: the network's; dev:alice on dev].
    ///
    /// Secrets are never given on the command line, where others can read them.
    #[arg(long, global = true, value_name = "SIGNER", env = "FLORIN_ACCOUNT", hide_env_values = true)]
    pub(crate) account: Option<String>,

    /// Address book [default: addresses/NETWORK.json, here or in a folder above].
    #[arg(long, global = true, value_name = "FILE", env = "FLORIN_ADDRESSES", hide_env_values = true)]
    pub(crate) addresses: Option<PathBuf>,

    /// Write the result as one line of JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Write nothing but the result, and errors.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    /// Send without asking.
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,

    /// Show what would be sent, and send nothing.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,

    /// How far a transaction is followed.
    #[arg(long, global = true, value_name = "BLOCK", default_value = "finalized")]
    pub(crate) wait: WaitFor,
}

/// How far a transaction is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WaitFor {
    /// Until a block has it that may still be replaced.
    Best,
    /// Until a block has it that cannot be replaced.
    Finalized,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a development node.
    #[command(subcommand)]
    Node(NodeCommand),
    /// Deploy the contracts that a plan describes.
    Deploy(DeployArguments),
    /// Positions, liquidations and the books.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// The coin.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Prices.
    #[command(subcommand)]
    Oracle(OracleCommand),
    /// Credits of cross-border trade, from their terms to the last of the money.
    #[command(subcommand)]
    Escrow(EscrowCommand),
    /// Titles to goods.
    #[command(subcommand)]
    Title(TitleCommand),
    /// Arbitrators and their panels.
    #[command(subcommand)]
    Arbitration(ArbitrationCommand),
    /// Documents, which never leave this machine: others know them by a hash.
    #[command(subcommand)]
    Document(DocumentCommand),
    /// Legs of an exchange with another chain, locked by the hash of a secret.
    #[command(subcommand)]
    Leg(LegCommand),
    /// Proposals, votes and voting power.
    #[command(subcommand)]
    Gov(GovCommand),
    /// Replace a contract by the one of this build: records and money move to a successor that holders have voted for.
    ///
    /// In this order: plan, check, queue, the vote, queue again, execute. Each looks at the chain first, and can be run again.
    #[command(subcommand)]
    Upgrade(UpgradeCommand),
    /// Check that what stands is as it should be.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Send a message to any contract, encoded by its metadata.
    Call(CallArguments),
    /// Ask any contract; nothing is sent.
    Read(ReadArguments),
    /// What contracts understand.
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Accounts and their native balance.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Networks and their nodes.
    #[command(subcommand)]
    Network(NetworkCommand),
    /// Check node, network, contracts and account.
    Doctor,
    /// Explain a command or a topic (exit-codes, amounts, environment).
    Help {
        /// The command or topic.
        topic: Vec<String>,
    },
    /// Write this help as Markdown.
    #[command(hide = true)]
    HelpMd,
}

/// Commands of `florin node`.
#[derive(Debug, Subcommand)]
pub(crate) enum NodeCommand {
    /// Start a node in the background and wait until it answers.
    ///
    /// The program is $FLORIN_NODE, or florin-node next to this program. Its log and, unless --base-path says otherwise, nothing
    /// else is kept: the chain is gone when the node stops.
    Start(StartArguments),
    /// Stop the node.
    Stop,
    /// Tell whether the node runs, and where.
    Status,
    /// Make a block now.
    Seal,
    /// Move the clock forward, and make a block.
    Advance {
        /// By how much: 90s, 30m, 12h, 2d, 1h30m.
        span: String,
    },
    /// Set the clock, and make a block; it never goes back.
    SetTime {
        /// 2020-03-12, 2020-03-12T10:00:00Z, or seconds since 1970.
        time: String,
    },
}

/// Arguments of `florin node start`.
#[derive(Debug, Args)]
pub(crate) struct StartArguments {
    /// When to make blocks: instant (one a transaction), manual (by `florin node seal`), or milliseconds between blocks
    /// (interval=1000).
    #[arg(long, value_name = "WHEN", default_value = "instant")]
    pub(crate) sealing: String,
    /// Whose time blocks bear.
    #[arg(long, value_name = "CLOCK", default_value = "system")]
    pub(crate) clock: Clock,
    /// Where a manual clock starts on a new chain: a time as of `florin node set-time`.
    #[arg(long, value_name = "TIME")]
    pub(crate) start_time: Option<String>,
    /// Keep the chain in this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) base_path: Option<PathBuf>,
    /// Port to listen on.
    #[arg(long, value_name = "PORT", default_value_t = 9944)]
    pub(crate) rpc_port: u16,
    /// How long to wait until the node answers.
    #[arg(long, value_name = "SPAN", default_value = "3m")]
    pub(crate) timeout: String,
}

/// Whose time blocks bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Clock {
    /// This machine's; it can be moved forward.
    System,
    /// Nobody's: it stands still until it is moved.
    Manual,
}

/// Arguments of `florin deploy`.
#[derive(Debug, Args)]
pub(crate) struct DeployArguments {
    /// The plan [default: deploy.toml or scripts/deploy.toml, here or in a folder above].
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Forget the address book first: for a development chain that was started anew.
    #[arg(long)]
    pub(crate) reset: bool,
}

/// Commands of `florin vault`.
#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Open a position with a deposit and, where asked for, a first draw.
    Open {
        /// Collateral to deposit, such as 500UNIT.
        deposit: String,
        /// Coin to draw at once.
        #[arg(long, value_name = "AMOUNT")]
        draw: Option<String>,
        /// Number of the collateral type.
        #[arg(long = "type", value_name = "NUMBER", default_value_t = 0)]
        collateral_type: u32,
    },
    /// Add collateral to a position.
    Deposit {
        /// Number of the position.
        position: u64,
        /// Collateral, such as 5UNIT.
        amount: String,
    },
    /// Take collateral out of a position.
    Withdraw {
        /// Number of the position.
        position: u64,
        /// Collateral, or max for as much as the safety ratio allows.
        amount: String,
    },
    /// Draw coin against a position.
    Draw {
        /// Number of the position.
        position: u64,
        /// Coin, or max for as much as safety ratio and ceiling allow.
        amount: String,
    },
    /// Repay debt of a position; what the vaults have to be allowed for it is approved in the same transaction.
    Repay {
        /// Number of the position.
        position: u64,
        /// Coin, or all.
        amount: String,
    },
    /// Repay all debt of a position and take all collateral out.
    Close {
        /// Number of the position.
        position: u64,
    },
    /// Liquidate a position that is below its liquidation ratio, for a reward.
    Liquidate {
        /// Number of the position.
        position: u64,
    },
    /// Buy collateral from an auction at its present price.
    Take {
        /// Number of the auction.
        auction: u64,
        /// The most collateral to buy [default: the whole lot].
        #[arg(long, value_name = "AMOUNT")]
        amount: Option<String>,
        /// The most to pay for one whole token, in dollars [default: the present price].
        #[arg(long, value_name = "PRICE")]
        max_price: Option<String>,
    },
    /// Restart an auction that has run out or whose floor the market has fallen below.
    Redo {
        /// Number of the auction.
        auction: u64,
    },
    /// Net the protocol's surplus against its deficit.
    Heal,
    /// Show a position with its ratio, liquidation price and what can still be drawn.
    Show {
        /// Number of the position.
        position: u64,
    },
    /// List positions.
    List {
        /// Only those of this owner; me for one's own.
        #[arg(long, value_name = "WHO")]
        owner: Option<String>,
        /// First number.
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        from: u64,
        /// Most positions to list.
        #[arg(long, value_name = "COUNT", default_value_t = 100)]
        count: u64,
    },
    /// List running auctions.
    Auctions,
    /// List collateral types with their parameters.
    Types,
    /// Show both sides of the solvency equation.
    Solvency,
}

/// Commands of `florin token`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Show how much coin an account holds.
    Balance {
        /// Whose [default: one's own].
        owner: Option<String>,
    },
    /// Send coin.
    Transfer {
        /// To whom.
        to: String,
        /// How much.
        amount: String,
    },
    /// Send coin with a reference that both sides know the payment by.
    TransferWithReference {
        /// To whom.
        to: String,
        /// How much.
        amount: String,
        /// The reference: 0x and 64 hexadecimal digits, or a text of at most 32 bytes.
        reference: String,
    },
    /// Let somebody move coin of one's own.
    Approve {
        /// Whom.
        spender: String,
        /// How much in all; unlimited for any amount, 0 to take it back.
        amount: String,
    },
    /// Show how much somebody may move.
    Allowance {
        /// Whose coin.
        owner: String,
        /// Who may move it.
        spender: String,
    },
    /// Show how much coin there is.
    Supply,
    /// Show who may mint, and how much.
    Minters {
        /// Accounts to ask for [default: all contracts of the address book].
        accounts: Vec<String>,
    },
}

/// Commands of `florin oracle`.
#[derive(Debug, Subcommand)]
pub(crate) enum OracleCommand {
    /// Show the price of a feed, if it may be used.
    Price {
        /// Number of the feed.
        #[arg(default_value_t = 0)]
        feed: u32,
    },
    /// Report a price, as a feeder.
    Report {
        /// Number of the feed.
        feed: u32,
        /// Dollars for one whole token.
        price: String,
    },
    /// List feeds with their rules and state.
    Feeds,
    /// Renew a feed's price from the reports there are.
    Poke {
        /// Number of the feed.
        #[arg(default_value_t = 0)]
        feed: u32,
    },
    /// Show the feed that runs in the shadow of another, and how near it is to its place.
    Shadow {
        /// Number of the live feed.
        feed: u32,
    },
}

/// Commands of `florin gov`.
#[derive(Debug, Subcommand)]
pub(crate) enum GovCommand {
    /// List all proposals.
    List,
    /// Show a proposal: its votes and dates, each of its calls in words, what they change, whether they would pass now.
    Show {
        /// Number of the proposal.
        proposal: u32,
    },
    /// Make a proposal; the deposit that the rules ask for comes with it.
    ///
    /// The file has title, description, where one must be executed before its number as predecessor, and the calls as a
    /// deployment plan has them: [[call]] with contract, message, args and value. A call with an empty message is a payment.
    Propose {
        /// The proposal (TOML).
        file: PathBuf,
    },
    /// Vote, or sign a vote that somebody else sends.
    Vote(VoteArguments),
    /// Send a vote that somebody has signed with `florin gov vote --sign`.
    Relay {
        /// The signed vote (JSON).
        file: PathBuf,
    },
    /// Have one's vote tokens count for another account; for one's own again with me.
    Delegate {
        /// For whom.
        #[arg(value_name = "ACCOUNT")]
        to: String,
    },
    /// Show vote tokens, for whom they count, and voting power.
    Power {
        /// Whose [default: one's own].
        #[arg(value_name = "ACCOUNT")]
        who: Option<String>,
    },
    /// Start the timelock of a proposal that has succeeded.
    Queue {
        /// Number of the proposal.
        proposal: u32,
    },
    /// Do what a proposal says, once its timelock has ended.
    Execute {
        /// Number of the proposal.
        proposal: u32,
    },
    /// Stop a proposal: the guardian until it is executed, the proposer before the vote.
    Cancel {
        /// Number of the proposal.
        proposal: u32,
    },
    /// Pay the deposit of a decided proposal out.
    Settle {
        /// Number of the proposal.
        proposal: u32,
        /// To whom [default: whoever acts].
        #[arg(long, value_name = "ACCOUNT")]
        to: Option<String>,
    },
}

/// Arguments of `florin gov vote`.
#[derive(Debug, Args)]
pub(crate) struct VoteArguments {
    /// Number of the proposal.
    pub(crate) proposal: u32,
    /// How to vote.
    pub(crate) support: Choice,
    /// Why; at most 256 bytes, for everybody to read.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Sign the vote and write it as JSON instead of sending it.
    #[arg(long)]
    pub(crate) sign: bool,
    /// How long the signed vote can be sent [default: 7d].
    #[arg(long, value_name = "SPAN", requires = "sign")]
    pub(crate) valid_for: Option<String>,
}

/// How to vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choice {
    /// For it.
    For,
    /// Against it.
    Against,
    /// Neither, and counted for the quorum.
    Abstain,
    /// Against it, and the proposer should lose the deposit.
    Slash,
}

/// Commands of `florin upgrade`.
#[derive(Debug, Subcommand)]
pub(crate) enum UpgradeCommand {
    /// Deploy a successor, and write the proposal that holders vote on.
    ///
    /// Deploys the contract of this build with the code that copies the records, governed by the governor, and writes a file
    /// for `florin upgrade queue`. What stands already is kept, so that an interrupted run goes on where it stopped.
    Plan {
        /// What is replaced.
        module: Module,
        /// How long it may stand still while its successor copies: 10m to 1d.
        #[arg(long, value_name = "SPAN", default_value = "2h")]
        window: String,
        /// Where the proposal is written.
        #[arg(long, value_name = "FILE", default_value = "upgrade-vaults.toml")]
        out: PathBuf,
        /// Begin anew with another successor: after a window that has ended, or a build that has changed.
        #[arg(long)]
        again: bool,
    },
    /// Compare the successor with what it is to replace, and with this build.
    ///
    /// Exits with 9 where something is found that speaks against a vote for it.
    Check {
        /// What is replaced.
        module: Module,
        /// The successor, where somebody else has deployed it: an address or an alias.
        #[arg(long, value_name = "ADDRESS")]
        successor: Option<String>,
        /// The successor stores its records in another shape, and is meant to.
        #[arg(long)]
        layout_changed: bool,
    },
    /// Propose the replacement, or queue it once the vote has succeeded; else tell what comes next.
    ///
    /// Nothing is proposed where `florin upgrade check` finds something.
    Queue {
        /// What is replaced.
        module: Module,
        /// The proposal that `florin upgrade plan` has written.
        #[arg(long, value_name = "FILE", default_value = "upgrade-vaults.toml")]
        file: PathBuf,
        /// The successor stores its records in another shape, and is meant to.
        #[arg(long)]
        layout_changed: bool,
    },
    /// Execute the proposal, copy all records, have the successor take over, and hand the collateral over.
    ///
    /// Anybody may. It goes on where an earlier run, of whomever, has stopped; at the end the address book names the successor.
    /// Exits with 9 where the window has ended before the successor had everything, or where collateral could not be moved.
    Execute {
        /// What is replaced.
        module: Module,
    },
}

/// What can be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Module {
    /// Positions, liquidations and the books.
    Vaults,
}

/// Commands of `florin audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Tell who governs each contract, and whether that is the governor contract and nobody else.
    ///
    /// Exits with 9 where somebody else governs token, oracle, vaults, escrow or arbitration or is named to, or where a guardian's
    /// term is over.
    Roles,
}

/// What a message by metadata needs.
#[derive(Debug, Args)]
pub(crate) struct MessageArguments {
    /// The contract: an alias or an address.
    pub(crate) contract: String,
    /// The message, as `florin contract messages` names it.
    pub(crate) message: String,
    /// Its arguments. @NAME stands for an address; wad:1.5, ray:1.5 and amount:1.5:6 for raw units with 18, 27 and 6
    /// decimals.
    #[arg(allow_negative_numbers = true)]
    pub(crate) arguments: Vec<String>,
    /// Metadata of the contract (.json or .contract) [default: its bundle].
    #[arg(long, value_name = "FILE")]
    pub(crate) metadata: Option<PathBuf>,
}

/// Arguments of `florin call`.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    /// What to call.
    #[command(flatten)]
    pub(crate) message: MessageArguments,
    /// Native tokens to send along.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) value: Option<String>,
}

/// Arguments of `florin read`.
#[derive(Debug, Args)]
pub(crate) struct ReadArguments {
    /// What to ask.
    #[command(flatten)]
    pub(crate) message: MessageArguments,
}

/// Commands of `florin contract`.
#[derive(Debug, Subcommand)]
pub(crate) enum ContractCommand {
    /// List the messages of a contract.
    Messages {
        /// The contract: an alias, an address or the name of a bundle.
        contract: String,
        /// Metadata of the contract (.json or .contract) [default: its bundle].
        #[arg(long, value_name = "FILE")]
        metadata: Option<PathBuf>,
    },
    /// List the contracts of the address book.
    List,
}

/// Commands of `florin account`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Show an account: its addresses, whether contracts know it, what it holds.
    Show {
        /// Whose [default: one's own].
        who: Option<String>,
    },
    /// List the development accounts.
    List,
    /// Tie the account to its 20-byte address. The first call does it anyway.
    Map,
    /// Show native tokens of an account.
    Balance {
        /// Whose [default: one's own].
        who: Option<String>,
    },
}

/// Commands of `florin network`.
#[derive(Debug, Subcommand)]
pub(crate) enum NetworkCommand {
    /// Add a network. Its node is asked for the first block's hash, and no other chain is accepted under this name later.
    Add {
        /// Name.
        name: String,
        /// Address of a node.
        node: String,
        /// Who acts where nobody is named, as of --account.
        #[arg(long, value_name = "SIGNER")]
        signer: Option<String>,
        /// Symbol of the native token.
        #[arg(long, value_name = "SYMBOL", default_value = "UNIT")]
        symbol: String,
        /// Do not ask the node; any chain is accepted.
        #[arg(long)]
        offline: bool,
        /// Change a network that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Use a network where none is named.
    Use {
        /// Name.
        name: String,
    },
    /// List networks.
    Ls,
}
