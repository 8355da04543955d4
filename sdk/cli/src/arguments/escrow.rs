//! The command line of credits: `florin escrow`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::TitleArguments;
use crate::wallet::WalletArguments;

/// Commands of `florin escrow`.
#[derive(Debug, Subcommand)]
pub(crate) enum EscrowCommand {
    /// Write a terms file to start from, with what each line means.
    Template {
        /// Which one.
        name: TemplateName,
    },
    /// Check a terms file: what is wrong with it, what to look at before signing, what each side risks.
    ///
    /// With --out it also writes a file in which the parties sign (`florin escrow sign FILE`). With --signatures it
    /// drafts the credit with the signatures gathered there, with --send without any. Else nothing is written and
    /// nothing is sent.
    Draft(DraftArguments),
    /// Print the complete terms of a credit, or of a file in which parties sign, as a terms file.
    ///
    /// Nothing else is printed, so the text can be saved, changed, and proposed: `florin escrow terms 7 > new.toml`,
    /// then `florin escrow amend propose 7 new.toml --out FILE`.
    Terms {
        /// The number of the credit, or the file.
        #[arg(value_name = "ESCROW|FILE")]
        what: String,
    },
    /// Sign terms, an amendment or a division in a file, and send nothing; or sign a drafted credit on the chain.
    ///
    /// The complete terms are shown before anything is signed, with what to look at; of an amendment also every key
    /// that it changes. A file is read and its hashes are compared first. Who has signed already stays in it.
    Sign {
        /// The file, or the number of the credit.
        #[arg(value_name = "FILE|ESCROW")]
        what: String,
        /// Sign only what says the same as this terms file.
        #[arg(long, value_name = "FILE")]
        terms: Option<PathBuf>,
        #[command(flatten)]
        wallet: WalletArguments,
    },
    /// Do not want a credit any more, as one of its parties, before it is paid in.
    Decline {
        /// Number of the credit.
        escrow: u64,
    },
    /// Pay in, as the applicant; what the contract has to be allowed for it is approved in the same transaction.
    ///
    /// The complete terms are shown first, with what to look at.
    Fund {
        /// Number of the credit.
        escrow: u64,
        /// Pay in only what says the same as this terms file.
        #[arg(long, value_name = "FILE")]
        terms: Option<PathBuf>,
    },
    /// Present documents for a drawing, as the beneficiary.
    Present(PresentArguments),
    /// Present again after a refusal, as the beneficiary.
    ///
    /// What was not named in the notice, in documents that stay the same, cannot be named any more; the preview shows
    /// it.
    Cure(PresentArguments),
    /// Show what was presented: documents, dates, the days left, what was named and what still can be.
    Examine {
        /// Number of the credit.
        escrow: u64,
    },
    /// Approve what was presented, as the applicant: it is paid at once.
    Accept {
        /// Number of the credit.
        escrow: u64,
    },
    /// Refuse what was presented, as the applicant, once, naming everything that is wrong.
    Notice {
        /// Number of the credit.
        escrow: u64,
        /// What is wrong: a document by number or kind (invoice, transport, …), or description, quantity, amount,
        /// conflict, insurance, other. Can be given several times.
        #[arg(long = "discrepancy", value_name = "NAME", required = true)]
        discrepancies: Vec<String>,
        /// What is written to the beneficiary. It is hashed here, and only the hash is sent.
        #[arg(long, value_name = "FILE")]
        reasons: PathBuf,
    },
    /// Take refused documents all the same, as the applicant: they are paid at once.
    Waive {
        /// Number of the credit.
        escrow: u64,
    },
    /// Do what is due by time: honour, refund, divide, release. Anybody may, and earns the tip of the terms unless it
    /// is a party.
    Settle {
        /// Number of the credit.
        escrow: u64,
    },
    /// Have an acceptance paid that has matured. Anybody may.
    Mature {
        /// Number of the credit.
        escrow: u64,
        /// Number of the acceptance, from 0.
        number: u8,
    },
    /// Have a credit paid because its conditions hold. Anybody may.
    ///
    /// The acting account's own signature, feeds and titles that the conditions name are brought without being asked
    /// for.
    Execute {
        /// Number of the credit.
        escrow: u64,
        /// A signature that `florin escrow attest` has written. Can be given several times.
        #[arg(long = "signature", value_name = "FILE")]
        signatures: Vec<PathBuf>,
        /// A file with a preimage: 0x and 64 hexadecimal digits; nobody else may read the file. Can be given several
        /// times.
        #[arg(long = "preimage-file", value_name = "FILE")]
        preimages: Vec<PathBuf>,
    },
    /// Sign that a credit may be paid, as its conditions ask for it; the signature is written to a file, nothing is
    /// sent.
    Attest {
        /// Number of the credit.
        escrow: u64,
        /// Where the signature is written.
        #[arg(long, value_name = "FILE", required_unless_present = "typed_data")]
        out: Option<PathBuf>,
        #[command(flatten)]
        wallet: WalletArguments,
    },
    /// Change the terms with the consent of all.
    #[command(subcommand)]
    Amend(AmendCommand),
    /// Divide what is not drawn, or what is held back, with the consent of all; nothing can be drawn after it.
    #[command(subcommand)]
    Divide(DivideCommand),
    /// Assign a part of the proceeds to come, as the beneficiary. It is for good.
    Assign {
        /// Number of the credit.
        escrow: u64,
        /// To whom.
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
        /// How much of each payment, in per cent.
        #[arg(long, value_name = "SHARE")]
        share: String,
    },
    /// Pass a part of the proceeds on as a whole.
    PassOn {
        /// Number of the credit.
        escrow: u64,
        /// Place of the part, as `florin escrow show` numbers it.
        place: u8,
        /// To whom.
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
    },
    /// Have one's proceeds to come exchanged by a dealer's quote.
    Order(OrderArguments),
    /// Have one's proceeds paid as they are again.
    CancelOrder {
        /// Number of the credit.
        escrow: u64,
    },
    /// Quote for proceeds in another asset, as a dealer; what is given is deposited.
    Quote(QuoteArguments),
    /// Show a quote.
    ShowQuote {
        /// Number of the quote.
        quote: u64,
    },
    /// Have what is left of a quote that is over paid back to its dealer. Anybody may.
    WithdrawQuote {
        /// Number of the quote.
        quote: u64,
    },
    /// Run a bot that has done for all credits what anybody may have done: settle, mature, execute, and what panels
    /// need.
    ///
    /// It acts for the tip of the terms, as the acting account, until it is stopped: at ctrl-c it ends after its round.
    /// Every round is a result of its own, and at the end come the totals. In the assets whose tips count it serves
    /// panels of the suite's arbitration contract as well, which earns nothing. With --dry-run it shows what is due
    /// now without anybody's signatures and preimages, leaving panels, feeds and titles out.
    Keep(KeepArguments),
    /// Give the title to its issuer for the goods, as owner and holder; the same as `florin title surrender`.
    Surrender {
        /// Which one.
        #[command(flatten)]
        title: TitleArguments,
    },
    /// Try again to deliver a title that its registry has not delivered. Anybody may.
    DeliverTitle {
        /// Number of the credit.
        escrow: u64,
        /// The document: its hash, or its sheet or signed paper.
        #[arg(value_name = "HASH|FILE")]
        document: String,
        /// Who issued the title [default: who has signed the paper, else the issuer of the transport document].
        #[arg(long, value_name = "ACCOUNT")]
        issuer: Option<String>,
    },
    /// Go to dispute with the bond of the terms: as the beneficiary about what was not drawn, as the applicant about
    /// what is held back.
    ///
    /// What is being examined is not disputed: it is refused by a notice first, or it is paid.
    Dispute {
        /// Number of the credit.
        escrow: u64,
    },
    /// Offer in a dispute what the beneficiary should get; an offer that meets the other side's ends the dispute.
    Offer {
        /// Number of the credit.
        escrow: u64,
        /// What of the stake the beneficiary should get.
        amount: String,
    },
    /// Take the other side's last offer, which is named so that no other is taken by mistake.
    TakeOffer {
        /// Number of the credit.
        escrow: u64,
        /// The offer.
        amount: String,
    },
    /// Appeal against a ruling, as a party, with the appeal bond of the terms.
    Appeal {
        /// Number of the credit.
        escrow: u64,
    },
    /// Rule where the panel was silent, as the fallback of the terms.
    Rule {
        /// Number of the credit.
        escrow: u64,
        /// What of the stake the beneficiary gets.
        amount: String,
    },
    /// Collect the fee for a ruling, as the fallback who has ruled.
    CollectFee {
        /// Number of the credit.
        escrow: u64,
    },
    /// Have all that is owed to an account in an asset paid out: to itself by anybody, elsewhere by itself.
    Claim(ClaimArguments),
    /// Sign where one's claim is paid, so that anybody can bring it: for accounts that an asset has frozen.
    #[command(subcommand)]
    Redirect(RedirectCommand),
    /// Show a credit: every deadline, who may do what now, what happens if everybody is silent, and the money.
    Show {
        /// Number of the credit.
        escrow: u64,
    },
    /// List credits.
    List {
        /// Only those in which the acting account has a part: named in the terms, or paid a part of the proceeds.
        #[arg(long)]
        mine: bool,
        /// Only those in this status, such as funded or examining.
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// First number.
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        from: u64,
        /// Most credits to list.
        #[arg(long, value_name = "COUNT", default_value_t = 100)]
        count: u64,
    },
}

/// Files to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplateName {
    /// Goods, paid at sight against documents, with the title to them.
    Sight,
    /// Goods, paid some time after shipment, in partial drawings.
    Usance,
    /// A service in steps, with a part held back.
    Milestones,
    /// No documents: paid because something is so.
    Conditions,
}

/// Arguments of `florin escrow draft`.
#[derive(Debug, Args)]
pub(crate) struct DraftArguments {
    /// The terms (TOML); `florin escrow template` has files to start from.
    #[arg(value_name = "TERMS")]
    pub(crate) terms: PathBuf,
    /// Write a file in which the parties sign.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["signatures", "send"])]
    pub(crate) out: Option<PathBuf>,
    /// Draft the credit with the signatures of this file.
    #[arg(long, value_name = "FILE", conflicts_with = "send")]
    pub(crate) signatures: Option<PathBuf>,
    /// Draft the credit without signatures.
    #[arg(long)]
    pub(crate) send: bool,
    /// How long signatures in the file count [default: 14d].
    #[arg(long, value_name = "SPAN", requires = "out")]
    pub(crate) valid_for: Option<String>,
}

/// Arguments of `florin escrow keep`.
#[derive(Debug, Args)]
pub(crate) struct KeepArguments {
    /// Do one round over all credits, and end.
    #[arg(long, conflicts_with = "every")]
    pub(crate) once: bool,
    /// How long it waits between rounds.
    #[arg(long, value_name = "SPAN", default_value = "30s")]
    pub(crate) every: String,
    /// The least tip for which it acts: an amount of coin, or ASSET=AMOUNT with an alias or an address. Assets that are
    /// not named are left to others. Can be given several times [default: any tip in coin].
    #[arg(long = "min-tip", value_name = "AMOUNT")]
    pub(crate) minimum_tips: Vec<String>,
    /// Act in all assets, whatever the tip.
    ///
    /// Assets are contracts that parties have chosen: they can make a transaction cost much.
    #[arg(long, conflicts_with = "minimum_tips")]
    pub(crate) regardless: bool,
    /// Signatures and preimages to bring for conditions (JSON); nobody else may read the file.
    ///
    /// It says {"signatures": {"7": {"0xSIGNER": "0xSIGNATURE"}}, "preimages": {"7": ["0x…"]}}, both by the number of
    /// the credit: another credit that asks for the same secret does not get it. A preimage is revealed only where conditions hold with it and not without.
    #[arg(long, value_name = "FILE")]
    pub(crate) supplied: Option<PathBuf>,
}

/// Arguments of `florin escrow present` and `florin escrow cure`.
#[derive(Debug, Args)]
pub(crate) struct PresentArguments {
    /// Number of the credit.
    pub(crate) escrow: u64,
    /// What is drawn [default: the milestone's amount, that of the refused documents, or all that can be drawn].
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) amount: Option<String>,
    /// For which milestone, by its number from 0.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) milestone: Option<u8>,
    /// A document: its place (number from 0, or kind) and the paper that its issuer has signed; one's own document
    /// needs only its sheet. Can be given several times.
    #[arg(long = "paper", value_name = "PLACE=FILE")]
    pub(crate) papers: Vec<String>,
    /// Present also what is found wrong at once; it waits for the applicant's waiver then.
    #[arg(long)]
    pub(crate) on_approval: bool,
}

/// Commands of `florin escrow amend`.
#[derive(Debug, Subcommand)]
pub(crate) enum AmendCommand {
    /// Write a file in which all sign the new terms (`florin escrow sign FILE`).
    Propose {
        /// Number of the credit.
        escrow: u64,
        /// The complete new terms (TOML).
        #[arg(value_name = "TERMS")]
        terms: PathBuf,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// How long signatures in the file count.
        #[arg(long, value_name = "SPAN", default_value = "14d")]
        valid_for: String,
    },
    /// Bring an amendment that all have signed. Anybody may; what a larger credit needs is paid in by whoever sends it.
    Send {
        /// The file.
        file: PathBuf,
    },
}

/// Commands of `florin escrow divide`.
#[derive(Debug, Subcommand)]
pub(crate) enum DivideCommand {
    /// Write a file in which all sign a division (`florin escrow sign FILE`).
    Propose {
        /// Number of the credit.
        escrow: u64,
        /// What of it the beneficiary gets; the rest goes back to the applicant.
        amount: String,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// How long signatures in the file count.
        #[arg(long, value_name = "SPAN", default_value = "14d")]
        valid_for: String,
    },
    /// Bring a division that all have signed. Anybody may.
    Send {
        /// The file.
        file: PathBuf,
    },
}

/// Arguments of `florin escrow claim`.
#[derive(Debug, Args)]
pub(crate) struct ClaimArguments {
    /// The asset: an alias (token for the coin) or an address.
    pub(crate) asset: String,
    /// To whom [default: whose claim it is].
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) to: Option<String>,
    /// Whose claim [default: whoever acts].
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) of: Option<String>,
    /// Of credits that name this compliance contract [default: of those that name none].
    #[arg(long, value_name = "CONTRACT")]
    pub(crate) compliance: Option<String>,
}

/// Commands of `florin escrow redirect`.
#[derive(Debug, Subcommand)]
pub(crate) enum RedirectCommand {
    /// Sign where one's claim goes, and write it to a file.
    Sign(RedirectArguments),
    /// Bring what somebody has signed. Anybody may, once.
    Send {
        /// The file.
        file: PathBuf,
    },
}

/// Arguments of `florin escrow redirect sign`.
#[derive(Debug, Args)]
pub(crate) struct RedirectArguments {
    /// The asset: an alias (token for the coin) or an address.
    pub(crate) asset: String,
    /// Of credits that name this compliance contract [default: of those that name none].
    #[arg(long, value_name = "CONTRACT")]
    pub(crate) compliance: Option<String>,
    /// To whom.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) to: String,
    /// The file to write.
    #[arg(long, value_name = "FILE", required_unless_present = "typed_data")]
    pub(crate) out: Option<PathBuf>,
    /// How long it can be brought.
    #[arg(long, value_name = "SPAN", default_value = "7d")]
    pub(crate) valid_for: String,
    /// Until when it can be brought, in place of a span.
    #[arg(long, value_name = "TIME", conflicts_with = "valid_for")]
    pub(crate) until: Option<String>,
    #[command(flatten)]
    pub(crate) wallet: WalletArguments,
}

/// Arguments of `florin escrow order`.
#[derive(Debug, Args)]
pub(crate) struct OrderArguments {
    /// Number of the credit.
    pub(crate) escrow: u64,
    /// Number of the quote.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) quote: u64,
    /// An amount of the credit's asset.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) sell: String,
    /// The least of the quote's other asset for it; for another amount in proportion.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) minimum: String,
    /// How long the order holds.
    #[arg(long, value_name = "SPAN", default_value = "90d")]
    pub(crate) valid_for: String,
}

/// Arguments of `florin escrow quote`.
#[derive(Debug, Args)]
pub(crate) struct QuoteArguments {
    /// The asset that is given: an alias or an address.
    #[arg(long, value_name = "ASSET")]
    pub(crate) gives_asset: String,
    /// How much is given in all; it is deposited.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) gives: String,
    /// The asset that is taken for it.
    #[arg(long, value_name = "ASSET")]
    pub(crate) takes_asset: String,
    /// How much is taken for all of it; for a part in proportion.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) takes: String,
    /// How long the quote holds; before that nothing can be taken back.
    #[arg(long, value_name = "SPAN")]
    pub(crate) valid_for: String,
}
