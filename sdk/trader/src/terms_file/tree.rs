//! Conditions as an expression that people read, and as the flat list that the contract evaluates. An expression
//! becomes the same list each time: operands before their operator, facts in the order in which they stand, equal facts
//! once.

use florin_trade::{
    calendar::Calendar,
    condition::{Comparison, Conditions, Fact, Facts, Node, TitleFact, Tree, MAXIMUM_FACTS, MAXIMUM_NODES},
    terms::MAXIMUM_DOCUMENTS,
};

use super::{
    reader::{mask, place_named, Found, Section},
    Edge, Problem, TermsFileError,
};
use crate::{
    amount::Unit,
    hash, moment,
    names::{self, Names},
    text::is_harmful,
};

type Outcome<T> = Result<T, TermsFileError>;
type Documents = [Option<String>; MAXIMUM_DOCUMENTS];

/// Words for what a title has to be like.
const TITLE_STATES: [(&str, TitleFact); 3] = [
    ("with applicant", TitleFact::WithApplicant),
    ("with beneficiary", TitleFact::WithBeneficiary),
    ("surrendered", TitleFact::Surrendered),
];
/// The keys by which an expression says what it is.
const WORDS: [&str; 12] =
    ["all", "any", "of", "signature", "attestors", "document", "after", "before", "preimage", "feed", "title", "fact"];

/// An expression that is being laid out flat.
struct Flat<'a> {
    calendar: &'a Calendar,
    documents: &'a Documents,
    nodes: Vec<(Node, Option<usize>)>,
    facts: Vec<(Fact, Option<usize>)>,
    /// Whether the facts have a list of their own.
    listed: bool,
}

/// Conditions, and the lines of their nodes and facts.
pub(super) type Read = (Conditions, Vec<Option<usize>>, Vec<Option<usize>>);

pub(super) fn read(section: &Section<'_>, calendar: &Calendar, documents: &Documents) -> Outcome<Read> {
    let pinned = |key: &str| section.get(key).map(|found| found.address()).transpose();
    let mut facts = Facts {
        oracle: pinned("oracle")?.unwrap_or_default(),
        titles: pinned("titles")?.unwrap_or_default(),
        title_issuer: pinned("title_issuer")?.unwrap_or_default(),
        facts: [None; MAXIMUM_FACTS],
    };
    let mut flat = Flat { calendar, documents, nodes: Vec::new(), facts: Vec::new(), listed: false };
    let mut fact_lines = vec![None; MAXIMUM_FACTS];
    if let Some(list) = section.get("facts") {
        flat.listed = true;
        let mut next = 0;
        for listed in list.sections()? {
            let named = listed.get("place");
            let place = named.as_ref().map(|found| found.number(MAXIMUM_FACTS as u64 - 1)).transpose()?;
            let place = place.map_or(next, |place| place as usize);
            let Some(slot) = facts.facts.get_mut(place) else {
                return Err(list.wrong(too_many_facts(place + 1)));
            };
            if slot.is_some() {
                return Err(listed.refuse(Problem::PlaceTaken { place: place as u64 }));
            }
            *slot = Some(flat.fact(&listed, word_of(&listed)?)?);
            fact_lines[place] = listed.line;
            listed.finish()?;
            next = place + 1;
        }
    }
    if WORDS.iter().any(|word| section.has(word)) {
        flat.expression(section)?;
    }
    section.finish()?;
    if !flat.listed {
        for (place, (fact, line)) in flat.facts.iter().enumerate() {
            facts.facts[place] = Some(*fact);
            fact_lines[place] = *line;
        }
    }
    let mut tree = Tree::default();
    for (slot, (node, _)) in tree.nodes.iter_mut().zip(&flat.nodes) {
        *slot = Some(*node);
    }
    let lines = flat.nodes.iter().map(|(_, line)| *line).collect();
    Ok((Conditions { tree, facts }, lines, fact_lines))
}

fn too_many_facts(given: usize) -> Problem {
    Problem::TooMany { what: "different facts in the conditions", given, maximum: MAXIMUM_FACTS }
}

/// The one thing that an expression says.
fn word_of(section: &Section<'_>) -> Outcome<&'static str> {
    let found: Vec<&str> = WORDS.into_iter().filter(|word| section.knows(word)).collect();
    match found[..] {
        [word] => Ok(word),
        [] => Err(section.refuse(Problem::NotOneThing { found: "nothing that is known".to_owned() })),
        _ => Err(section.refuse(Problem::NotOneThing { found: found.join(" and ") })),
    }
}

impl Flat<'_> {
    /// Lays an expression out behind what is there. Expressions are as deep as the file, which the number of nodes
    /// bounds.
    fn expression(&mut self, section: &Section<'_>) -> Outcome<()> {
        let node = match word_of(section)? {
            "all" => Node::All(self.operands(section, "all")?),
            "any" => Node::Any(self.operands(section, "any")?),
            "of" => {
                let threshold =
                    section.need("at_least", "write how many have to hold, such as at_least = 2")?.small()?;
                Node::AtLeast { threshold, of: self.operands(section, "of")? }
            }
            "fact" => {
                let named = section.need("fact", "write the number of the fact")?;
                if !self.listed {
                    return Err(named.wrong(Problem::NoFacts));
                }
                Node::Fact(named.small()?)
            }
            _ if self.listed => return Err(section.refuse(Problem::FactsAreListed)),
            word => {
                let fact = self.fact(section, word)?;
                let known = self.facts.iter().position(|(other, _)| *other == fact);
                let place = known.unwrap_or(self.facts.len());
                if known.is_none() {
                    self.facts.push((fact, section.line));
                }
                if place >= MAXIMUM_FACTS {
                    return Err(section.refuse(too_many_facts(place + 1)));
                }
                Node::Fact(place as u8)
            }
        };
        self.nodes.push((node, section.line));
        if self.nodes.len() > MAXIMUM_NODES {
            let given = self.nodes.len();
            let what = "parts in the conditions";
            return Err(section.refuse(Problem::TooMany { what, given, maximum: MAXIMUM_NODES }));
        }
        Ok(())
    }

    fn operands(&mut self, section: &Section<'_>, key: &str) -> Outcome<u8> {
        let list = section.need(key, "write a list of conditions")?;
        let operands = list.sections()?;
        for operand in &operands {
            self.expression(operand)?;
            operand.finish()?;
        }
        // There are no more of them than nodes.
        Ok(u8::try_from(operands.len()).unwrap_or(u8::MAX))
    }

    fn fact(&self, section: &Section<'_>, word: &str) -> Outcome<Fact> {
        let found = section.need(word, "write what has to be so")?;
        Ok(match word {
            "signature" => Fact::Signature { by: found.address()? },
            "attestors" => {
                let advice = "write how many of them have to sign, such as threshold = 2";
                let threshold = section.need("threshold", advice)?.small()?;
                Fact::Attestors { documents: mask(&found, self.documents)?, threshold }
            }
            "document" => Fact::Document { place: place_named(&found, self.documents)? },
            "after" => Fact::After { moment: found.moment(Edge::End, self.calendar)? },
            "before" => Fact::Before { moment: found.moment(Edge::Begin, self.calendar)? },
            "preimage" => Fact::Preimage { hash: found.hash()? },
            "feed" => self.oracle(section, &found)?,
            "title" => {
                let state = section.need("state", "write what it has to be like, such as state = \"surrendered\"")?;
                Fact::Title { document: found.hash()?, state: state.word(&TITLE_STATES)? }
            }
            other => return Err(section.refuse(Problem::NotOneThing { found: other.to_owned() })),
        })
    }

    fn oracle(&self, section: &Section<'_>, feed: &Found<'_>) -> Outcome<Fact> {
        let decimals = section.get("decimals").map(|found| found.small()).transpose()?.unwrap_or(0);
        let unit = Unit::new(None, decimals);
        let (comparison, value) = match (section.get("at_least"), section.get("at_most")) {
            (Some(value), None) => (Comparison::AtLeast, value),
            (None, Some(value)) => (Comparison::AtMost, value),
            _ => {
                return Err(
                    section.wrong("at_least", Problem::Missing { advice: "write at_least or at_most, one of them" })
                )
            }
        };
        let advice = "write how old the value may be, such as maximum_age = \"1 hour\"";
        let maximum_age = section.need("maximum_age", advice)?.span()?;
        Ok(Fact::Oracle { feed: feed.count()?, comparison, value: value.amount(&unit)?.raw(), maximum_age })
    }
}

/// An expression again.
enum Expression {
    Fact(u8),
    Group(Node, Vec<Expression>),
}

/// The expression that a list is; none where it is none.
fn nested(tree: &Tree) -> Option<Expression> {
    let mut stack = Vec::new();
    for node in tree.nodes.iter().take_while(|node| node.is_some()).flatten() {
        let (Node::All(of) | Node::Any(of) | Node::AtLeast { of, .. }) = *node else {
            let Node::Fact(fact) = *node else { return None };
            stack.push(Expression::Fact(fact));
            continue;
        };
        let from = stack.len().checked_sub(usize::from(of))?;
        let operands = stack.split_off(from);
        stack.push(Expression::Group(*node, operands));
    }
    let whole = stack.pop()?;
    stack.is_empty().then_some(whole)
}

/// The facts in the order in which an expression names them first.
fn in_order(expression: &Expression, order: &mut Vec<u8>) {
    match expression {
        Expression::Fact(fact) if !order.contains(fact) => order.push(*fact),
        Expression::Fact(_) => {}
        Expression::Group(_, operands) => operands.iter().for_each(|operand| in_order(operand, order)),
    }
}

/// How facts are written.
pub(super) struct Pen<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) document: &'a dyn Fn(usize) -> String,
    pub(super) names: &'a dyn Names,
    pub(super) quote: fn(&str) -> String,
}

/// Writes the table of conditions; nothing where there are none at all. None where they have no shape.
pub(super) fn write(conditions: &Conditions, pen: &Pen<'_>) -> Option<String> {
    if *conditions == Conditions::default() {
        return Some(String::new());
    }
    let Conditions { tree, facts } = conditions;
    // Behind a gap stands what no expression says.
    let gap = tree.nodes.iter().position(Option::is_none).unwrap_or(MAXIMUM_NODES);
    if tree.nodes[gap..].iter().any(Option::is_some) {
        return None;
    }
    let expression = if tree.is_empty() { None } else { Some(nested(tree)?) };
    let mut text = "\n[conditions]\n".to_owned();
    let pinned = [("oracle", facts.oracle), ("titles", facts.titles), ("title_issuer", facts.title_issuer)];
    for (key, address) in pinned.into_iter().filter(|(_, address)| *address != [0; 20]) {
        let called = names::show(&address, pen.names);
        text.push_str(&format!("{key} = {}{}\n", (pen.quote)(&hash::format(&address)), comment(&called, &address)));
    }
    let is_plain = expression.as_ref().is_some_and(|expression| is_plain(expression, facts));
    if let Some(expression) = &expression {
        let shown = |fact: u8| match facts.facts.get(usize::from(fact)).copied().flatten() {
            Some(fact) if is_plain => fact_keys(&fact, pen),
            _ => vec![format!("fact = {fact}")],
        };
        text.push_str(&body(expression, 0, &shown));
        text.push('\n');
    }
    if !is_plain {
        if facts.facts.iter().all(Option::is_none) {
            // That the list is there says that facts are named by number.
            text.push_str("facts = []\n");
        }
        for (place, fact) in facts.facts.iter().enumerate() {
            let Some(fact) = fact else { continue };
            let keys = fact_keys(fact, pen).join("\n");
            text.push_str(&format!("\n[[conditions.facts]]\nplace = {place}\n{keys}\n"));
        }
    }
    Some(text)
}

/// Whether the facts are those that the expression itself would lay out.
fn is_plain(expression: &Expression, facts: &Facts) -> bool {
    let mut order = Vec::new();
    in_order(expression, &mut order);
    let in_place = order.iter().enumerate().all(|(place, fact)| place == usize::from(*fact));
    let used = facts.facts.get(..order.len());
    let all_there = used.is_some_and(|used| used.iter().all(Option::is_some));
    let none_beyond = facts.facts.iter().skip(order.len()).all(Option::is_none);
    let once =
        facts.facts.iter().enumerate().all(|(place, fact)| fact.is_none() || !facts.facts[..place].contains(fact));
    in_place && all_there && none_beyond && once
}

/// The keys of an expression. Lists go over several lines, which inline tables by themselves must not.
fn body(expression: &Expression, depth: usize, shown: &impl Fn(u8) -> Vec<String>) -> String {
    // A table has its keys on lines, an inline table on one.
    let separator = if depth == 0 { "\n" } else { ", " };
    let (node, operands) = match expression {
        Expression::Fact(fact) => return shown(*fact).join(separator),
        Expression::Group(node, operands) => (node, operands),
    };
    let head = match node {
        Node::All(_) => "all".to_owned(),
        Node::AtLeast { threshold, .. } => format!("at_least = {threshold}{separator}of"),
        Node::Any(_) | Node::Fact(_) => "any".to_owned(),
    };
    let margin = "    ".repeat(depth);
    let operands = operands.iter().map(|operand| format!("{margin}    {{ {} }},\n", body(operand, depth + 1, shown)));
    format!("{head} = [\n{}{margin}]", operands.collect::<String>())
}

/// The keys of a fact, each with its value.
fn fact_keys(fact: &Fact, pen: &Pen<'_>) -> Vec<String> {
    let text = |key: &str, value: &str| format!("{key} = {}", (pen.quote)(value));
    match fact {
        Fact::Signature { by } => vec![text("signature", &hash::format(by))],
        Fact::Attestors { documents, threshold } => {
            let places = (0..MAXIMUM_DOCUMENTS).filter(|place| documents & (1 << place) != 0);
            let places: Vec<String> = places.map(|place| (pen.quote)(&(pen.document)(place))).collect();
            vec![format!("attestors = [{}]", places.join(", ")), format!("threshold = {threshold}")]
        }
        Fact::Document { place } => vec![text("document", &(pen.document)(usize::from(*place)))],
        Fact::After { moment } => vec![text("after", &Edge::End.text(*moment, pen.calendar))],
        Fact::Before { moment } => vec![text("before", &Edge::Begin.text(*moment, pen.calendar))],
        Fact::Preimage { hash } => vec![text("preimage", &hash::format(hash))],
        Fact::Oracle { feed, comparison, value, maximum_age } => {
            let comparison = match comparison {
                Comparison::AtLeast => "at_least",
                Comparison::AtMost => "at_most",
            };
            let (value, age) = (value.to_string(), moment::format_span(*maximum_age));
            vec![format!("feed = {feed}"), text(comparison, &value), text("maximum_age", &age)]
        }
        Fact::Title { document, state } => {
            let word = TITLE_STATES.iter().find(|(_, known)| known == state).map_or("", |(word, _)| word);
            vec![text("title", &hash::format(document)), text("state", word)]
        }
    }
}

/// The name of an address as a comment, where it has one that a comment can hold.
pub(super) fn comment(called: &str, address: &[u8; 20]) -> String {
    match called.strip_suffix(&format!(" ({})", hash::format(address))) {
        Some(name) if !name.is_empty() && !name.chars().any(is_harmful) => format!(" # {name}"),
        _ => String::new(),
    }
}
