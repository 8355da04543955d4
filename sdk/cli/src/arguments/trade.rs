//! The command line around credits: `florin title`, `florin arbitration`, `florin document` and `florin leg`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::wallet::WalletArguments;

/// Commands of `florin title`.
#[derive(Debug, Subcommand)]
pub(crate) enum TitleCommand {
    /// Issue a title to a document, as its carrier, to somebody who owns and holds it.
    Issue {
        /// The document: its hash, or its sheet or signed paper.
        #[arg(value_name = "HASH|FILE")]
        document: String,
        /// To whom.
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
        /// In which registry.
        #[command(flatten)]
        registry: RegistryArguments,
    },
    /// Show a title: who owns and holds it, and where it stands.
    Show {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
    },
    /// Name who may become owner, as the owner.
    Nominate {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
        /// Whom; none takes the name back.
        #[arg(long, value_name = "ACCOUNT")]
        to: Option<String>,
    },
    /// Make somebody owner, as the holder: the nominee, or anybody where owner and holder are one.
    Endorse {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
        /// Whom.
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
        /// Hand the title over in the same act, to this account.
        #[arg(long, value_name = "ACCOUNT")]
        holder: Option<String>,
    },
    /// Hand a title over, as the holder.
    HandOver {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
        /// To whom.
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
    },
    /// Give back what was received, before acting on it.
    Reject {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
        /// What is given back.
        #[arg(long, value_name = "WHAT", default_value = "both")]
        what: Rejected,
    },
    /// Entrust a contract with a title, as owner and holder, so that it can take it into custody with a presentation.
    Entrust {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
        /// Which contract.
        #[arg(long, value_name = "CONTRACT", default_value = "escrow")]
        to: String,
        /// Entrust nobody any more.
        #[arg(long, conflicts_with = "to")]
        nobody: bool,
    },
    /// Give a title to its issuer for the goods, as owner and holder.
    Surrender {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
    },
    /// Take a surrendered title back for good, as its issuer: the goods were handed out.
    Retire {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
    },
    /// Give a surrendered title back, as its issuer.
    Restore {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
    },
}

/// Which title.
#[derive(Debug, Args)]
pub(crate) struct TitleArguments {
    /// The document: its hash, or its sheet or signed paper.
    #[arg(value_name = "HASH|FILE")]
    pub(crate) document: String,
    /// Who issued it [default: who has signed the paper, else whoever acts].
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) issuer: Option<String>,
    /// In which registry it is.
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
}

/// Which registry of titles.
#[derive(Debug, Args)]
pub(crate) struct RegistryArguments {
    /// The registry [default: that of the credit, else the suite's].
    #[arg(long, value_name = "CONTRACT")]
    pub(crate) registry: Option<String>,
    /// The credit whose terms name the registry.
    #[arg(long, value_name = "NUMBER", conflicts_with = "registry")]
    pub(crate) escrow: Option<u64>,
}

/// What is given back of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rejected {
    /// What was endorsed.
    Ownership,
    /// What was handed over.
    Holding,
    /// Both, as owner and holder in one person.
    Both,
}

/// Commands of `florin arbitration`.
#[derive(Debug, Subcommand)]
pub(crate) enum ArbitrationCommand {
    /// Pools of arbitrators, from which panels are drawn.
    #[command(subcommand)]
    Pool(PoolCommand),
    /// Call a panel for a dispute that is heard now. Anybody may.
    Call {
        /// Which dispute.
        #[command(flatten)]
        case: CaseArguments,
    },
    /// Draw the panel that was called, once the deciding block is there. Anybody may.
    Draw {
        /// Which dispute.
        #[command(flatten)]
        case: CaseArguments,
    },
    /// Commit to an award, as a member of the panel.
    ///
    /// Award and salt are written to a new file that only its owner may read. Without it nothing can be revealed.
    Commit {
        /// Which dispute.
        #[command(flatten)]
        case: CaseArguments,
        /// What of the stake the beneficiary should get.
        award: String,
        /// Where award and salt are written.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Reveal the award that one has committed to.
    Reveal {
        /// The file that `florin arbitration commit` has written.
        file: PathBuf,
    },
    /// Tell the court what the panel has revealed. Anybody may.
    Report {
        /// Which dispute.
        #[command(flatten)]
        case: CaseArguments,
    },
    /// End a case whose court was told nothing in time. Anybody may.
    Close {
        /// Which dispute.
        #[command(flatten)]
        case: CaseArguments,
    },
    /// Have the court pay the fees of a dispute, which are divided among those who have revealed. Anybody may.
    Collect {
        /// Number of the dispute: that of the credit.
        escrow: u64,
        /// The contract in which it is.
        #[arg(long, value_name = "CONTRACT", default_value = "escrow")]
        court: String,
    },
    /// Have all that one has earned in an asset paid out.
    Claim {
        /// The asset: an alias (token for the coin) or an address.
        asset: String,
        /// To whom [default: whoever acts].
        #[arg(long, value_name = "ACCOUNT")]
        to: Option<String>,
    },
    /// Join the staked pool, or add to one's stake there.
    Join {
        /// The stake.
        stake: String,
    },
    /// Take free stake out of the staked pool.
    Withdraw {
        /// How much.
        amount: String,
    },
    /// Leave the staked pool. The stake is taken out after that, with `florin arbitration withdraw`.
    Leave,
    /// List the open panels in which the acting account sits, with what it has to do there and until when.
    ///
    /// Disputes of the suite's credits are looked through whose terms name the suite's arbitration contract. A seat
    /// comes without asking.
    Seats {
        /// First number of the credits to look through.
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        from: u64,
        /// Most seats to list.
        #[arg(long, value_name = "COUNT", default_value_t = 100)]
        count: u64,
    },
    /// Show the panel of a dispute: who sits, how far it is, until when.
    Show {
        /// Which dispute.
        #[command(flatten)]
        case: CaseArguments,
    },
}

/// Which case.
#[derive(Debug, Args)]
pub(crate) struct CaseArguments {
    /// Number of the dispute: that of the credit.
    pub(crate) escrow: u64,
    /// The appeal.
    #[arg(long)]
    pub(crate) appeal: bool,
    /// The contract in which the dispute is.
    #[arg(long, value_name = "CONTRACT", default_value = "escrow")]
    pub(crate) court: String,
}

/// Commands of `florin arbitration pool`.
#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// Make a pool of named members, which never change. Its number stands in the terms.
    Make {
        /// Its members.
        #[arg(required = true, value_name = "ACCOUNT")]
        members: Vec<String>,
    },
    /// Show a pool: its members, and for the staked pool what they have put up.
    Show {
        /// Its number; 0 is the staked pool.
        pool: u32,
    },
}

/// Commands of `florin document`. All of them work on this machine; no document is ever uploaded.
#[derive(Debug, Subcommand)]
pub(crate) enum DocumentCommand {
    /// Make a document of files: each is hashed and salted, and the sheet is written to a file of its owner's alone.
    Commit {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The sheet to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Make a document of fields, so that one can be shown without the others.
    ///
    /// The file has a [[field]] for each, with name, and text or file.
    Sheet {
        /// The fields (TOML).
        fields: PathBuf,
        /// The sheet to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show a sheet: its commitment and fields.
    Show {
        /// The sheet.
        sheet: PathBuf,
    },
    /// Write a proof of one field, which shows no other.
    Disclose {
        /// The sheet.
        sheet: PathBuf,
        /// Name of the field.
        field: String,
        /// The proof to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Check a proof of a field against a document.
    Verify {
        /// The proof.
        proof: PathBuf,
        /// Commitment of the document: its hash, or the signed paper.
        #[arg(long, value_name = "HASH|FILE", required_unless_present = "escrow")]
        document: Option<String>,
        /// The credit in which the document is presented now.
        #[arg(long, value_name = "NUMBER", requires = "place", conflicts_with = "document")]
        escrow: Option<u64>,
        /// Its place there: a number from 0, or its kind.
        #[arg(long, value_name = "PLACE")]
        place: Option<String>,
        /// Also check that the field names this file.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Encrypt a sheet for somebody, who can then read and show every field.
    Encrypt {
        /// The sheet.
        sheet: PathBuf,
        /// For whom: an age recipient, which begins with age1. Can be given several times.
        #[arg(long = "to", value_name = "RECIPIENT", required = true)]
        recipients: Vec<String>,
        /// The encrypted file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Decrypt a sheet that somebody has encrypted for one's identity.
    Decrypt {
        /// The encrypted file.
        file: PathBuf,
        /// The file with one's identity.
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        /// The sheet to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Make an identity for which others can encrypt, in a new file of its owner's alone; prints the recipient.
    Identity {
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sign a document as its issuer, for the next drawing of a credit; the signed paper is for the beneficiary.
    Sign(SignArguments),
}

/// Arguments of `florin document sign`.
#[derive(Debug, Args)]
pub(crate) struct SignArguments {
    /// Number of the credit.
    pub(crate) escrow: u64,
    /// Place of the document in the checklist: a number from 0, or its kind.
    pub(crate) place: String,
    /// The document: its hash, or its sheet.
    #[arg(value_name = "HASH|FILE")]
    pub(crate) document: String,
    /// For which milestone, by its number from 0, where the credit is drawn by them.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) milestone: Option<u8>,
    /// Its date; of a transport document the date of shipment [default: the chain's time].
    #[arg(long, value_name = "TIME")]
    pub(crate) dated: Option<String>,
    /// The signed paper to write.
    #[arg(long, value_name = "FILE", required_unless_present = "typed_data")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wallet: WalletArguments,
}

/// Commands of `florin leg`.
#[derive(Debug, Subcommand)]
pub(crate) enum LegCommand {
    /// Make a secret in a new file of its owner's alone; prints its hashes.
    Secret {
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Agree a leg, as one of its two sides.
    Agree(Box<LegArguments>),
    /// Put up the premium, as the claimer.
    Bond {
        /// Number of the leg.
        leg: u64,
    },
    /// Lock the amount, as the funder.
    Lock {
        /// Number of the leg.
        leg: u64,
    },
    /// Bring the secret: the claimer gets the amount and its premium. Anybody may, and everybody can read the secret
    /// then.
    Claim {
        /// Number of the leg.
        leg: u64,
        /// The file with the secret.
        #[arg(long, value_name = "FILE")]
        secret: PathBuf,
    },
    /// Have given back what is there, once it is due. Anybody may.
    Refund {
        /// Number of the leg.
        leg: u64,
    },
    /// Show a leg.
    Show {
        /// Number of the leg.
        leg: u64,
    },
}

/// Arguments of `florin leg agree`.
#[derive(Debug, Args)]
pub(crate) struct LegArguments {
    /// Who locks the amount.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) funder: String,
    /// Who gets it against the secret.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) claimer: String,
    /// The asset: an alias (token for the coin) or an address.
    #[arg(long, value_name = "ASSET")]
    pub(crate) asset: String,
    /// The amount.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) amount: String,
    /// What the claimer puts up for its choice, in the same asset.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) premium: String,
    /// Hash of the secret: 0x and 64 hexadecimal digits.
    #[arg(long, value_name = "HASH")]
    pub(crate) digest: String,
    /// Which hash that is.
    #[arg(long, value_name = "HASH", default_value = "keccak256")]
    pub(crate) hash: HashName,
    /// How long, from now, the amount can be locked.
    #[arg(long, value_name = "SPAN")]
    pub(crate) lock_within: String,
    /// How long, from now, it can be claimed; an hour and 100 blocks after the last lock at least.
    #[arg(long, value_name = "SPAN")]
    pub(crate) claim_within: String,
    /// After what time, from now, it goes back; an hour and 100 blocks after the last claim at least.
    #[arg(long, value_name = "SPAN")]
    pub(crate) refund_after: String,
    /// How far blocks are apart: each bound holds in time and in blocks [default: as the chain's latest blocks are; two
    /// seconds where they tell nothing, as the bounds of the rules have it].
    #[arg(long, value_name = "SPAN")]
    pub(crate) block_time: Option<String>,
}

/// By which hash a secret is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HashName {
    /// Keccak-256, as chains of Ethereum's kind have it.
    Keccak256,
    /// SHA-256, as Bitcoin and Lightning have it.
    Sha256,
}
