//! The third act: goods are shipped and paid for. Five credits from agreement to money: at sight against the title, at
//! usance with a financier, cured, appealed, and forgotten by everybody but a bot. What each of them brought to whom is
//! what balances on the chain have grown by.

use std::collections::BTreeMap;

use comfy_table::{presets::UTF8_FULL_CONDENSED, Cell, CellAlignment, Table};
use florin_bindings::{arbitration, escrow};
use florin_client::{chain::DevChain, escrow::Picture, governance::keccak};
use florin_keeper::{EscrowAct, EscrowConfig, EscrowKeeper};
use florin_trade::{
    examination::{Discrepancies, PresentationId},
    state::Status,
    terms::{Agreement, Payment},
};
use florin_trader::{
    amount::Unit,
    names::Names,
    timeline::{Records, Style, Timeline},
};
use florin_units::{human::format_units, Amount, Bps, Seconds, Timestamp, Wad};
use serde::{Serialize, Serializer};

use super::summary::cents;
use crate::{
    harness::HarnessError,
    trade::{whole, Trade, DAY, INSPECTION},
};

/// Names the shape of the JSON. A field may be added under the same name, none may change or go.
pub const SCHEMA: &str = "florin.demo.trade.1";
/// Columns of the time line.
const WIDTH: usize = 100;
/// The coin's digits after the point.
const DECIMALS: u8 = 18;

/// A credit from agreement to money. Amounts are the coin's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Story {
    /// What it is about.
    pub story: &'static str,
    /// How it ended.
    pub ending: String,
    /// What the buyer paid in.
    #[serde(serialize_with = "as_text")]
    pub paid_in: Amount,
    /// What the seller has more than before it, the price that a financier paid it included.
    #[serde(serialize_with = "as_text")]
    pub seller_got: Amount,
    /// What the buyer has more than right after it had paid in.
    #[serde(serialize_with = "as_text")]
    pub buyer_got_back: Amount,
    /// What the collector, the keeper, the fallback and the arbitrators have more than before it.
    #[serde(serialize_with = "as_text")]
    pub fees_and_tips: Amount,
    /// What the financier has more than before it.
    #[serde(serialize_with = "as_text")]
    pub financier_gained: Amount,
    /// How many days it took.
    pub days: u64,
    /// Whether all books were exact at its end.
    pub are_books_exact: bool,
}

/// What the act was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// Shape of the report.
    pub schema: &'static str,
    /// Name of the chain.
    pub chain: String,
    /// The first credit's time line, as it was drawn when the buyer had paid in.
    pub timeline: Vec<String>,
    /// The credits, in order.
    pub stories: Vec<Story>,
}

/// As text: numbers of JSON lose digits.
fn as_text<S: Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_units(amount.raw(), DECIMALS))
}

/// What people have, claims included.
#[derive(Clone, Copy)]
struct Holdings {
    seller: Amount,
    buyer: Amount,
    financier: Amount,
    others: Amount,
}

impl Holdings {
    async fn read<C: DevChain>(trade: &Trade<C>) -> Result<Self, HarnessError> {
        let mut others = 0;
        for other in [&trade.collector, &trade.keeper, &trade.fallback].into_iter().chain(&trade.arbitrators) {
            others += trade.holdings_of(other).await?.raw();
        }
        Ok(Self {
            seller: trade.holdings_of(&trade.beneficiary).await?,
            buyer: trade.holdings_of(&trade.applicant).await?,
            financier: trade.holdings_of(&trade.financier).await?,
            others: Amount::from_raw(others),
        })
    }
}

/// What an amount has grown by.
fn growth(before: Amount, after: Amount) -> Amount {
    after.checked_sub(before).expect("nobody has less than before")
}

/// An amount for people, in coin and whole cents.
fn coin(amount: Amount) -> String {
    cents(amount.raw())
}

/// A credit that is paid in, and what everybody had before.
struct Scene<'a, C> {
    trade: &'a Trade<C>,
    story: &'static str,
    id: u64,
    began: Timestamp,
    before: Holdings,
    /// What the buyer had right after it had paid in.
    buyer: Amount,
}

impl<'a, C: DevChain> Scene<'a, C> {
    async fn begin(trade: &'a Trade<C>, story: &'static str, agreement: &Agreement) -> Result<Self, HarnessError> {
        eprintln!("{story}");
        let (began, before) = (trade.now().await?, Holdings::read(trade).await?);
        let id = trade.fund(agreement).await?;
        let buyer = trade.holdings_of(&trade.applicant).await?;
        let scene = Self { trade, story, id, began, before, buyer };
        scene.tell("the buyer", &format!("pays {} in, as both have signed", coin(growth(buyer, before.buyer)))).await?;
        Ok(scene)
    }

    async fn days(&self) -> Result<u64, HarnessError> {
        Ok((self.trade.now().await?.raw() - self.began.raw()) / DAY)
    }

    async fn tell(&self, who: &str, what: &str) -> Result<(), HarnessError> {
        eprintln!("  day {:>2}  {who}: {what}", self.days().await?);
        Ok(())
    }

    async fn end(self, ending: impl Into<String>) -> Result<Story, HarnessError> {
        let Self { trade, story, id, before, buyer, .. } = self;
        assert_eq!(trade.status(id).await?, Status::Closed, "{story}");
        let after = Holdings::read(trade).await?;
        let fault = trade.fault_of_books(trade.world.suite.token).await?;
        if let Some(fault) = &fault {
            eprintln!("  the books are not exact: {fault}");
        }
        Ok(Story {
            story,
            ending: ending.into(),
            paid_in: growth(buyer, before.buyer),
            seller_got: growth(before.seller, after.seller),
            buyer_got_back: growth(buyer, after.buyer),
            fees_and_tips: growth(before.others, after.others),
            financier_gained: growth(before.financier, after.financier),
            days: self.days().await?,
            are_books_exact: fault.is_none(),
        })
    }
}

/// Play the act.
///
/// # Errors
/// [`HarnessError`] with the step's own error.
///
/// # Panics
/// Where a step had another outcome than it must have.
pub async fn act<C: DevChain>(chain: C) -> Result<Act, HarnessError> {
    let name = chain.info().await?.name;
    let trade = Trade::deploy(chain).await?;
    // Later the price would be too old to draw coin.
    trade.world.open(&trade.financier, 1_000, 20_000).await?;
    let (timeline, first) = at_sight(&trade).await?;
    let stories = vec![
        first,
        at_usance(&trade).await?,
        cured(&trade).await?,
        appealed(&trade).await?,
        forgotten_by_all_but_a_bot(&trade).await?,
    ];
    Ok(Act { schema: SCHEMA, chain: name, timeline, stories })
}

/// How the people of the trade are called.
struct People(BTreeMap<[u8; 20], &'static str>);

impl People {
    fn of<C>(trade: &Trade<C>) -> Self {
        let people = [
            (&trade.applicant, "the buyer"),
            (&trade.beneficiary, "the seller"),
            (&trade.carrier, "the carrier"),
            (&trade.inspector, "the inspector"),
            (&trade.keeper, "the keeper"),
            (&trade.financier, "the financier"),
            (&trade.fallback, "the fallback"),
            (&trade.collector, "the collector"),
        ];
        Self(people.into_iter().map(|(person, name)| (person.account().to_address().0, name)).collect())
    }
}

impl Names for People {
    fn address(&self, text: &str) -> Result<[u8; 20], String> {
        let found = self.0.iter().find(|(_, name)| **name == text).map(|(address, _)| *address);
        found.ok_or_else(|| format!("nobody here is called {text:?}"))
    }

    fn name(&self, address: &[u8; 20]) -> Option<String> {
        self.0.get(address).map(|name| (*name).to_owned())
    }
}

/// What is known of a credit's future, drawn.
async fn draw<C: DevChain>(trade: &Trade<C>, id: u64) -> Result<Vec<String>, HarnessError> {
    let Picture { agreement, escrow, presentation, dispute, receivable, acceptances, .. } = trade.picture(id).await?;
    let records = Records {
        id,
        agreement: &agreement,
        escrow: &escrow,
        presentation: presentation.as_ref(),
        dispute: dispute.as_ref(),
        acceptances: &acceptances,
        receivable: &receivable,
    };
    let timeline = Timeline::new(&records, trade.now().await?).expect("records of one moment");
    let style = Style { width: WIDTH, unicode: true, offset_minutes: agreement.calendar.offset_minutes };
    Ok(timeline.draw(&style, &Unit::new(Some("FLRN"), DECIMALS), &People::of(trade)))
}

async fn at_sight<C: DevChain>(trade: &Trade<C>) -> Result<(Vec<String>, Story), HarnessError> {
    let mut agreement = trade.agreement().await?;
    agreement.terms.title = Some(trade.title.0);
    agreement.terms.partial_drawings = false;
    let amount = agreement.terms.amount;
    let scene = Scene::begin(trade, "FOB shipment at sight", &agreement).await?;
    let timeline = draw(trade, scene.id).await?;
    trade.wait_days(5).await?;
    let document = trade.issue_title("on board").await?;
    scene.tell("the carrier", "has the goods on board, and issues the title to the seller").await?;
    let named = trade.present(scene.id, amount, "on board").await?;
    scene.tell("the seller", "presents all documents and gives the title into custody").await?;
    trade.wait_days(2).await?;
    trade.call(&trade.applicant, &escrow::accept(scene.id, named)).await?;
    trade.expect_title_with(document, &trade.applicant).await?;
    scene.tell("the buyer", "accepts: money and title change hands in one message").await?;
    Ok((timeline, scene.end("paid against the title, which is the buyer's").await?))
}

async fn at_usance<C: DevChain>(trade: &Trade<C>) -> Result<Story, HarnessError> {
    let mut agreement = trade.agreement().await?;
    let tenor = Seconds::from_raw(90 * DAY);
    agreement.terms.payment = Payment::Usance { tenor, sight_share: Bps::from_raw(1_000) };
    let amount = agreement.terms.amount;
    let scene = Scene::begin(trade, "usance of 90 days, discounted", &agreement).await?;
    let id = scene.id;
    let named = trade.present(id, amount, "at usance").await?;
    trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
    let [acceptance] = trade.picture(id).await?.acceptances[..] else { panic!("one acceptance") };
    let accepted = coin(acceptance.amount);
    scene.tell("the buyer", &format!("accepts: a tenth is paid at sight, {accepted} at maturity")).await?;

    let had = trade.holdings_of(&trade.financier).await?;
    let price = Wad::from_raw(whole(17_400).raw());
    trade.world.pay(&trade.financier, trade.beneficiary.account().to_address(), price).await?;
    let to = trade.financier.account().to_address();
    trade.call(&trade.beneficiary, &escrow::assign(id, to, Bps::ONE)).await?;
    let left = trade.holdings_of(&trade.financier).await?;
    let paid = coin(growth(left, had));
    scene.tell("the financier", &format!("pays the seller {paid} today for all that is to come")).await?;

    trade.wait_until(acceptance.maturity).await?;
    trade.call(&trade.keeper, &escrow::mature(id, 0)).await?;
    let got = coin(growth(left, trade.holdings_of(&trade.financier).await?));
    scene.tell("the keeper", &format!("has the acceptance paid, for the tip: the financier gets {got}")).await?;
    scene.end(format!("the financier paid the seller {paid} and got {got} at maturity")).await
}

async fn cured<C: DevChain>(trade: &Trade<C>) -> Result<Story, HarnessError> {
    let agreement = trade.agreement().await?;
    let scene = Scene::begin(trade, "discrepant documents, cured", &agreement).await?;
    let (id, amount) = (scene.id, whole(8_000));
    let first = trade.present(id, amount, "wrong goods").await?;
    let wrong = Discrepancies::of_document(usize::from(INSPECTION));
    let reasons = keccak(b"the certificate is of other lots");
    trade.call(&trade.applicant, &escrow::notice(id, first, wrong, reasons)).await?;
    assert_eq!(trade.status(id).await?, Status::Discrepant);
    scene.tell("the buyer", "refuses: the certificate of inspection is of other goods").await?;

    trade.wait_days(2).await?;
    let mut papers = trade.papers(id, "wrong goods").await?;
    papers[usize::from(INSPECTION)] = Some(trade.paper(id, INSPECTION, "right goods").await?);
    trade.call(&trade.beneficiary, &escrow::present(id, amount, None, papers, false)).await?;
    assert_eq!(trade.status(id).await?, Status::Examining);
    scene.tell("the seller", "presents again, with another certificate").await?;

    trade.wait_days(7).await?;
    assert_eq!(trade.status(id).await?, Status::Complying);
    let had = trade.holdings_of(&trade.beneficiary).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    let drawn = coin(growth(had, trade.holdings_of(&trade.beneficiary).await?));
    scene.tell("the keeper", &format!("settles: the buyer was silent, and silence honours; {drawn} are paid")).await?;

    trade.wait_until(agreement.terms.expiry).await?;
    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    scene.tell("the keeper", "settles: the credit has expired, and what nobody has drawn goes back").await?;
    scene.end("refused once, cured, honoured by silence; the rest went back at expiry").await
}

async fn appealed<C: DevChain>(trade: &Trade<C>) -> Result<Story, HarnessError> {
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(10_000);
    let scene = Scene::begin(trade, "dispute with panel and appeal", &agreement).await?;
    let id = scene.id;
    let named = trade.present(id, agreement.terms.amount, "disputed").await?;
    refuse(&scene, named).await?;
    trade.call(&trade.applicant, &escrow::offer(id, whole(4_000))).await?;
    trade.call(&trade.beneficiary, &escrow::offer(id, whole(9_500))).await?;
    scene.tell("both", "make offers that do not meet").await?;

    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    let awards = [whole(5_500), whole(6_000), whole(7_000)].map(Some);
    trade.hear(id, false, &panel, &awards).await?;
    assert_eq!(trade.status(id).await?, Status::Ruled);
    scene.tell("the panel", &format!("of {} rules", panel.len())).await?;

    trade.call(&trade.beneficiary, &escrow::appeal(id)).await?;
    scene.tell("the seller", "appeals").await?;
    let appeal = trade.seat(id, true).await?;
    let awards = vec![Some(whole(9_000)); appeal.len()];
    trade.hear(id, true, &appeal, &awards).await?;
    assert_eq!(trade.status(id).await?, Status::Decided);
    scene.tell("the appeal panel", &format!("of {} others awards the seller more", appeal.len())).await?;

    trade.call(&trade.keeper, &escrow::settle(id)).await?;
    trade.arbitrate(&trade.keeper, &arbitration::collect(trade.escrow, id)).await?;
    scene.tell("the keeper", "settles, and has those paid who have ruled; the further offer bears it").await?;
    scene.end(format!("ruled by {}, appealed, decided by {} others", panel.len(), appeal.len())).await
}

/// The buyer refuses documents, and the seller goes to dispute.
async fn refuse<C: DevChain>(scene: &Scene<'_, C>, named: PresentationId) -> Result<(), HarnessError> {
    let Scene { trade, id, .. } = *scene;
    let notice = escrow::notice(id, named, Discrepancies::QUANTITY, keccak(b"short weight"));
    trade.call(&trade.applicant, &notice).await?;
    scene.tell("the buyer", "refuses: short weight").await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    scene.tell("the seller", "goes to dispute, with a bond").await
}

async fn forgotten_by_all_but_a_bot<C: DevChain>(trade: &Trade<C>) -> Result<Story, HarnessError> {
    let agreement = trade.agreement().await?;
    let scene = Scene::begin(trade, "all arbitrators are silent", &agreement).await?;
    let id = scene.id;
    let t_max = trade.picture(id).await?.t_max();
    let latest = (t_max.raw() - scene.began.raw()) / DAY;
    scene.tell("everybody", &format!("can read now that all money is out by day {latest}")).await?;
    let named = trade.present(id, whole(8_000), "disputed").await?;
    refuse(&scene, named).await?;

    // From here on nobody does anything but the bot.
    let config = EscrowConfig {
        minimum_tips: BTreeMap::from([(trade.world.suite.token, agreement.terms.tip)]),
        regardless: false,
        arbitration: Some(trade.arbitration),
        escrows_per_step: 100,
    };
    let client = trade.world.suite.client.clone();
    let mut bot = EscrowKeeper::new(client, trade.escrow, trade.keeper.clone(), config);
    loop {
        trade.wait_days(1).await?;
        for done in bot.step().await?.done {
            if done.escrow == id {
                scene.tell("the bot", said(&done.act)).await?;
            }
        }
        if trade.status(id).await? == Status::Closed {
            break;
        }
        assert!(trade.now().await? < t_max, "the bot is in time");
        // A panel is drawn by a block that comes after it was called.
        for _ in 0..5 {
            trade.world.advance(6).await?;
        }
    }
    assert!(trade.now().await? <= t_max, "all is out by the moment that could be read before anybody paid");
    scene.end(format!("nobody ruled; the bot had all out, and day {latest} was the latest")).await
}

/// What the bot does, in words.
const fn said(act: &EscrowAct) -> &'static str {
    match act {
        EscrowAct::CallPanel { .. } => "calls the panel",
        EscrowAct::DrawPanel { .. } => "draws the panel, which stays silent",
        EscrowAct::Close { .. } => "ends the case of which the escrow was told nothing",
        EscrowAct::Settle => "settles, for the tip: what was refused is divided as agreed, the rest goes back",
        _ => "does what is due",
    }
}

/// The act as a table: amounts in whole cents, rounded towards zero.
pub fn table(act: &Act) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["story", "how it ended", "seller got", "buyer got back", "fees and tips", "days", "books exact"]);
    for story in &act.stories {
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        table.add_row([
            Cell::new(story.story),
            Cell::new(&story.ending),
            right(coin(story.seller_got)),
            right(coin(story.buyer_got_back)),
            right(coin(story.fees_and_tips)),
            right(story.days.to_string()),
            Cell::new(if story.are_books_exact { "yes" } else { "no" }),
        ]);
    }
    table
}
