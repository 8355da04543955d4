//! Condition trees: shapes that mean nothing, facts one by one, and ten thousand random trees against a reference that
//! is recursive and keeps its results in a list.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    amount, at, bps, checklist, days, keccak, Deal, AMOUNT, APPLICANT, BENEFICIARY, BILL, CARRIER, INSPECTOR, KEEPER,
    ORACLE, REGISTRY,
};
use florin_trade::condition::{
    approval_hash, Comparison, ConditionError, Conditions, Evidence, Fact, Facts, Known, Node, Proof, Reading,
    TitleFact, Tree, MAXIMUM_FACTS, MAXIMUM_NODES,
};
use florin_trade::right::{Standing, Title, TitleCommand};
use florin_trade::state::Status;
use florin_trade::terms::{Agreement, Checklist, DocumentKind, RequiredDocument, Retention, Terms};
use florin_trade::validation::{Term, TermsError};
use florin_trade::{Address, EscrowError};
use florin_units::Timestamp;
use proptest::prelude::*;

fn tree(nodes: &[Node]) -> Tree {
    let mut tree = Tree::default();
    for (slot, node) in tree.nodes.iter_mut().zip(nodes) {
        *slot = Some(*node);
    }
    tree
}

/// Facts may be about values of an oracle, and about titles of the carrier.
fn conditions(nodes: &[Node], facts: &[Fact]) -> Conditions {
    let sources = Facts { oracle: ORACLE, titles: REGISTRY, title_issuer: CARRIER, ..Facts::default() };
    let mut conditions = Conditions { tree: tree(nodes), facts: sources };
    for (slot, fact) in conditions.facts.facts.iter_mut().zip(facts) {
        *slot = Some(*fact);
    }
    conditions
}

/// A tree as people draw it.
#[derive(Clone, Debug)]
enum Drawn {
    Fact(u8),
    All(Vec<Drawn>),
    Any(Vec<Drawn>),
    AtLeast(u8, Vec<Drawn>),
}

impl Drawn {
    fn holds(&self, truth: &[bool]) -> bool {
        match self {
            Self::Fact(fact) => truth[usize::from(*fact)],
            Self::All(children) => children.iter().all(|child| child.holds(truth)),
            Self::Any(children) => children.iter().any(|child| child.holds(truth)),
            Self::AtLeast(threshold, children) => {
                let results: Vec<bool> = children.iter().map(|child| child.holds(truth)).collect();
                results.iter().filter(|result| **result).count() >= usize::from(*threshold)
            }
        }
    }

    /// Operands before operators.
    fn flatten(&self, nodes: &mut Vec<Node>) {
        if let Self::All(children) | Self::Any(children) | Self::AtLeast(_, children) = self {
            for child in children {
                child.flatten(nodes);
            }
        }
        nodes.push(match self {
            Self::Fact(fact) => Node::Fact(*fact),
            Self::All(children) => Node::All(children.len() as u8),
            Self::Any(children) => Node::Any(children.len() as u8),
            Self::AtLeast(threshold, children) => Node::AtLeast { threshold: *threshold, of: children.len() as u8 },
        });
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let leaf = (0..MAXIMUM_FACTS as u8).prop_map(Drawn::Fact);
    leaf.prop_recursive(6, MAXIMUM_NODES as u32, 5, |inner| {
        let children = prop::collection::vec(inner, 1..6);
        (children, 0u8..3, any::<u8>()).prop_map(|(children, kind, threshold)| match kind {
            0 => Drawn::All(children),
            1 => Drawn::Any(children),
            _ => Drawn::AtLeast(1 + threshold % children.len() as u8, children),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    /// Same answer as the reference, for every tree that fits.
    #[test]
    fn the_walk_agrees_with_recursion(drawn in drawn(), truth in prop::collection::vec(any::<bool>(), MAXIMUM_FACTS)) {
        let mut nodes = Vec::new();
        drawn.flatten(&mut nodes);
        prop_assume!(nodes.len() <= MAXIMUM_NODES);
        let result = tree(&nodes).evaluate(|fact| truth[usize::from(fact)]);
        prop_assert_eq!(result, Ok(drawn.holds(&truth)));
    }

    /// Any list of nodes has a value or an error, and which of the two does not depend on the facts: conditions that
    /// could be signed can always be evaluated.
    #[test]
    fn whether_a_tree_means_something_depends_on_its_shape(
        nodes in prop::collection::vec((0u8..4, 0u8..6, 0u8..6), 0..=MAXIMUM_NODES),
        truth in any::<u16>(),
    ) {
        let nodes: Vec<Node> = nodes
            .into_iter()
            .map(|(kind, first, second)| match kind {
                0 => Node::Fact(first),
                1 => Node::All(first),
                2 => Node::Any(first),
                _ => Node::AtLeast { threshold: first, of: second },
            })
            .collect();
        let one = tree(&nodes).evaluate(|fact| (truth >> fact) & 1 == 1);
        let other = tree(&nodes).evaluate(|fact| (truth >> fact) & 1 == 0);
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Err(one), Err(other)) = (one, other) {
            prop_assert_eq!(one, other);
        }
    }
}

#[test]
fn trees_that_mean_nothing_are_refused() {
    let never = |_| false;
    let refused = |nodes: &[Node]| tree(nodes).evaluate(never).unwrap_err();
    let fact = Node::Fact(0);
    assert_eq!(refused(&[]), ConditionError::Empty);
    assert_eq!(refused(&[fact, fact]), ConditionError::Leftover { results: 2 });
    assert_eq!(refused(&[fact, Node::All(0)]), ConditionError::EmptyGroup { node: 1 });
    assert_eq!(refused(&[Node::Any(0)]), ConditionError::EmptyGroup { node: 0 });
    let missing = ConditionError::MissingOperands { node: 1, needed: 2, available: 1 };
    assert_eq!(refused(&[fact, Node::All(2)]), missing);
    assert_eq!(
        refused(&[fact, Node::All(255)]),
        ConditionError::MissingOperands { node: 1, needed: 255, available: 1 }
    );
    for (threshold, of) in [(0, 1), (2, 1), (0, 0), (255, 1)] {
        let error = ConditionError::ThresholdOutOfBounds { node: 1, threshold, of };
        assert_eq!(refused(&[fact, Node::AtLeast { threshold, of }]), error);
    }
    let mut gap = tree(&[fact, fact]);
    gap.nodes[0] = None;
    assert_eq!(gap.evaluate(never), Err(ConditionError::Gap { node: 1 }));
}

#[test]
fn the_widest_and_the_deepest_tree_fit() {
    let mut wide = vec![Node::Fact(0); MAXIMUM_NODES - 1];
    wide.push(Node::All(MAXIMUM_NODES as u8 - 1));
    assert_eq!(tree(&wide).evaluate(|_| true), Ok(true));
    let mut deep = vec![Node::Fact(0)];
    deep.resize(MAXIMUM_NODES, Node::Any(1));
    assert_eq!(tree(&deep).evaluate(|_| true), Ok(true));
    assert_eq!(tree(&deep).evaluate(|_| false), Ok(false));
}

/// What is known where the second document was honoured.
fn holds(fact: Fact, evidence: &Evidence, checklist: &Checklist, now: Timestamp) -> bool {
    fact.holds(&Known { evidence, checklist, terms: &common::terms(), documents: 0b010, now })
}

fn signed_by(signers: &[Address]) -> Evidence {
    let mut evidence = Evidence::default();
    for (slot, signer) in evidence.signers.iter_mut().zip(signers) {
        *slot = Some(*signer);
    }
    evidence
}

#[test]
fn facts_about_signatures() {
    let list = checklist();
    let holds = |fact: Fact, signers: &[Address]| holds(fact, &signed_by(signers), &list, at(0));
    assert!(holds(Fact::Signature { by: APPLICANT }, &[KEEPER, APPLICANT]));
    assert!(!holds(Fact::Signature { by: APPLICANT }, &[KEEPER]));
    let two = Fact::Attestors { documents: 0b110, threshold: 2 };
    assert!(holds(two, &[INSPECTOR, CARRIER]));
    assert!(!holds(two, &[CARRIER, CARRIER]), "one attestor is not two");
    assert!(!holds(two, &[CARRIER, BENEFICIARY]), "the issuer of another document does not count");
}

#[test]
fn whoever_issues_several_documents_counts_once() {
    let mut list = checklist();
    list.documents[3] = Some(RequiredDocument { kind: DocumentKind::Origin, issuer: INSPECTOR });
    let fact = Fact::Attestors { documents: 0b1100, threshold: 2 };
    assert!(!holds(fact, &signed_by(&[INSPECTOR]), &list, at(0)));
    let error = ConditionError::AttestorsOutOfBounds { fact: 0, threshold: 2, attestors: 1 };
    assert_eq!(conditions(&[Node::Fact(0)], &[fact]).validate(&list), Err(error));
}

#[test]
fn facts_about_documents_time_and_preimages() {
    let (list, evidence) = (checklist(), Evidence { preimages: [None, Some([7; 32])], ..Evidence::default() });
    let holds = |fact: Fact, now| holds(fact, &evidence, &list, now);
    assert!(holds(Fact::Document { place: 1 }, at(0)));
    assert!(!holds(Fact::Document { place: 0 }, at(0)));
    assert!(!holds(Fact::Document { place: 200 }, at(0)));
    let moment = at(5);
    assert!(!holds(Fact::After { moment }, common::before(moment)) && holds(Fact::After { moment }, moment));
    assert!(holds(Fact::Before { moment }, common::before(moment)) && !holds(Fact::Before { moment }, moment));
    assert!(holds(Fact::Preimage { hash: [7; 32] }, at(0)));
    assert!(!holds(Fact::Preimage { hash: [8; 32] }, at(0)));
}

#[test]
fn facts_about_oracles() {
    let reading = Reading { feed: 3, value: 100, observed_at: at(10) };
    let (list, evidence) =
        (checklist(), Evidence { readings: [None, Some(reading), None, None], ..Evidence::default() });
    let oracle = |feed, comparison, value| Fact::Oracle { feed, comparison, value, maximum_age: days(1) };
    let holds = |fact: Fact, now| holds(fact, &evidence, &list, now);
    for (comparison, value, expected) in [
        (Comparison::AtLeast, 100, true),
        (Comparison::AtLeast, 101, false),
        (Comparison::AtMost, 100, true),
        (Comparison::AtMost, 99, false),
    ] {
        assert_eq!(holds(oracle(3, comparison, value), at(10)), expected);
        assert!(!holds(oracle(4, comparison, value), at(10)), "another feed");
        assert!(!holds(oracle(3, comparison, value), common::later(at(11), 1)), "too old");
        assert!(!holds(oracle(3, comparison, value), at(9)), "from the future");
        assert_eq!(holds(oracle(3, comparison, value), at(11)), expected, "as old as it may be");
    }
}

#[test]
fn facts_about_titles() {
    let list = checklist();
    let title = Title::issue(BILL, CARRIER, APPLICANT).unwrap();
    let holds = |state, title| {
        holds(Fact::Title { document: BILL, state }, &Evidence { title, ..Evidence::default() }, &list, at(0))
    };
    let (with_applicant, with_beneficiary) = (TitleFact::WithApplicant, TitleFact::WithBeneficiary);
    assert!(holds(with_applicant, Some(title)) && !holds(with_applicant, None));
    assert!(!holds(with_beneficiary, Some(title)));
    let other = Title::issue(BILL, CARRIER, BENEFICIARY).unwrap();
    assert!(holds(with_beneficiary, Some(other)) && !holds(with_applicant, Some(other)));
    // Owner and holder are one.
    let handed = title.decide(&TitleCommand::HandOver { to: BENEFICIARY }, &APPLICANT).unwrap();
    assert!(!holds(with_applicant, Some(handed)) && !holds(with_beneficiary, Some(handed)));
    let custody = Standing::InCustody { custodian: common::ESCROW, escrow: 8 };
    assert!(!holds(with_applicant, Some(Title { standing: custody, ..title })), "an escrow has it");
    let surrendered = title.decide(&TitleCommand::Surrender, &APPLICANT).unwrap();
    assert!(!holds(with_applicant, Some(surrendered)) && holds(TitleFact::Surrendered, Some(surrendered)));
    assert!(holds(TitleFact::Surrendered, Some(Title { standing: Standing::Retired, ..surrendered })));
    assert!(!holds(TitleFact::Surrendered, Some(title)));
    // The title to another document shows nothing.
    for (state, title) in [(with_applicant, title), (with_beneficiary, other), (TitleFact::Surrendered, surrendered)] {
        assert!(holds(state, Some(title)));
        assert!(!holds(state, Some(Title { document: [9; 32], ..title })));
    }
}

#[test]
fn conditions_ask_for_facts_that_can_be_told() {
    let list = checklist();
    let refused = |nodes: &[Node], fact: Fact| conditions(nodes, &[fact]).validate(&list).unwrap_err();
    let time = Fact::After { moment: at(1) };
    assert_eq!(refused(&[Node::Fact(1)], time), ConditionError::UnknownFact { fact: 1 });
    assert_eq!(refused(&[Node::Fact(255)], time), ConditionError::UnknownFact { fact: 255 });
    let unknown = ConditionError::UnknownDocument { fact: 0 };
    assert_eq!(refused(&[Node::Fact(0)], Fact::Document { place: 3 }), unknown);
    assert_eq!(refused(&[Node::Fact(0)], Fact::Attestors { documents: 0b1001, threshold: 1 }), unknown);
    for threshold in [0, 3] {
        let error = ConditionError::AttestorsOutOfBounds { fact: 0, threshold, attestors: 2 };
        assert_eq!(refused(&[Node::Fact(0)], Fact::Attestors { documents: 0b011, threshold }), error);
    }
    assert_eq!(conditions(&[Node::Fact(0)], &[time]).validate(&list), Ok(()));
}

/// All of so many facts.
fn all_of(facts: &[Fact]) -> Conditions {
    let mut nodes: Vec<Node> = (0..facts.len() as u8).map(Node::Fact).collect();
    nodes.push(Node::All(facts.len() as u8));
    conditions(&nodes, facts)
}

#[test]
fn conditions_ask_for_no_more_than_can_be_brought() {
    let list = checklist();
    let too_many = |proof, needed, maximum| Err(ConditionError::TooManyProofs { proof, needed, maximum });
    let signatures: Vec<Fact> = (50..60).map(|by| Fact::Signature { by: [by; 20] }).collect();
    assert_eq!(all_of(&signatures[..8]).validate(&list), Ok(()));
    assert_eq!(all_of(&signatures[..9]).validate(&list), too_many(Proof::Signature, 9, 8));
    // Whoever signs for several facts signs once.
    let twice = [&signatures[..8], &signatures[..2]].concat();
    assert_eq!(all_of(&twice).validate(&list), Ok(()));
    // Of attestors so many count as are needed, unless they are fewer.
    let attestors = |threshold| Fact::Attestors { documents: 0b111, threshold };
    let with = |first: &[Fact], more: &[Fact]| all_of(&[first, more].concat()).validate(&list);
    assert_eq!(with(&signatures[..6], &[attestors(2)]), Ok(()));
    assert_eq!(with(&signatures[..6], &[attestors(3)]), too_many(Proof::Signature, 9, 8));
    assert_eq!(with(&signatures[..5], &[attestors(3), attestors(2), attestors(1)]), Ok(()));
    // What no node asks for needs no room.
    let mut unasked = all_of(&signatures[..8]);
    unasked.facts.facts[9] = Some(signatures[9]);
    assert_eq!(unasked.validate(&list), Ok(()));

    let preimages: Vec<Fact> = (0..3).map(|hash| Fact::Preimage { hash: [hash; 32] }).collect();
    assert_eq!(with(&preimages[..2], &preimages[..1]), Ok(()));
    assert_eq!(all_of(&preimages).validate(&list), too_many(Proof::Preimage, 3, 2));
    let oracle = |feed| Fact::Oracle { feed, comparison: Comparison::AtLeast, value: 1, maximum_age: days(1) };
    let feeds: Vec<Fact> = (0..5).map(oracle).collect();
    assert_eq!(with(&feeds[..4], &feeds[..4]), Ok(()));
    assert_eq!(all_of(&feeds).validate(&list), too_many(Proof::Reading, 5, 4));

    // Several facts about one title, none about a second one.
    let title = |document, state| Fact::Title { document: [document; 32], state };
    let one = [TitleFact::WithApplicant, TitleFact::WithBeneficiary, TitleFact::Surrendered].map(|it| title(1, it));
    assert_eq!(all_of(&one).validate(&list), Ok(()));
    let two = [one[0], title(2, TitleFact::WithApplicant)];
    assert_eq!(all_of(&two).validate(&list), too_many(Proof::Title, 2, 1));
    let mut unasked = all_of(&one);
    unasked.facts.facts[3] = Some(two[1]);
    assert_eq!(unasked.validate(&list), Ok(()));
}

#[test]
fn there_is_room_for_ten_facts() {
    let facts: Vec<Fact> = (0..MAXIMUM_FACTS as u64).map(|day| Fact::After { moment: at(day) }).collect();
    assert_eq!(facts.len(), 10);
    assert_eq!(all_of(&facts).validate(&checklist()), Ok(()));
    let mut beyond = all_of(&facts);
    beyond.tree.nodes[0] = Some(Node::Fact(10));
    assert_eq!(beyond.validate(&checklist()), Err(ConditionError::UnknownFact { fact: 10 }));
}

#[test]
fn facts_are_about_somebody() {
    let nobody = Err(ConditionError::Nobody { fact: 0 });
    assert_eq!(all_of(&[Fact::Signature { by: [0; 20] }]).validate(&checklist()), nobody);
    let oracle = Fact::Oracle { feed: 1, comparison: Comparison::AtMost, value: 1, maximum_age: days(1) };
    let title = Fact::Title { document: BILL, state: TitleFact::Surrendered };
    let without = |fact: Fact, change: fn(&mut Facts)| {
        let mut conditions = all_of(&[fact]);
        change(&mut conditions.facts);
        conditions.validate(&checklist())
    };
    assert_eq!(without(oracle, |facts| facts.oracle = [0; 20]), nobody);
    assert_eq!(without(title, |facts| facts.titles = [0; 20]), nobody);
    assert_eq!(without(title, |facts| facts.title_issuer = [0; 20]), nobody);
    // Each needs its own source only.
    assert_eq!(without(title, |facts| facts.oracle = [0; 20]), Ok(()));
    assert_eq!(without(oracle, |facts| (facts.titles, facts.title_issuer) = ([0; 20], [0; 20])), Ok(()));
    let none = |facts: &mut Facts| (facts.oracle, facts.titles, facts.title_issuer) = ([0; 20], [0; 20], [0; 20]);
    assert_eq!(without(Fact::After { moment: at(1) }, none), Ok(()));
}

#[test]
fn what_is_signed_for_a_condition_names_escrow_and_agreement() {
    let mut words = [[0; 32]; 3];
    words[0] = keccak(b"Approval(uint256 escrow,bytes32 agreement)");
    words[1][31] = 7;
    words[2] = [5; 32];
    assert_eq!(approval_hash(7, &[5; 32], keccak), keccak(words.as_flattened()));
    assert_ne!(approval_hash(7, &[5; 32], keccak), approval_hash(8, &[5; 32], keccak));
    assert_ne!(approval_hash(7, &[5; 32], keccak), approval_hash(7, &[6; 32], keccak));
}

/// Two of three: the applicant signs, the inspector signs, the moment has come.
fn two_of_three(agreement: &mut Agreement) {
    let nodes = [Node::Fact(0), Node::Fact(1), Node::Fact(2), Node::AtLeast { threshold: 2, of: 3 }];
    let facts = [
        Fact::Signature { by: APPLICANT },
        Fact::Attestors { documents: 0b100, threshold: 1 },
        Fact::After { moment: at(40) },
    ];
    agreement.conditions = conditions(&nodes, &facts);
}

fn conditional() -> Deal {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    agreement.terms.tolerance.more = bps(500);
    Deal::funded(agreement, common::free())
}

#[test]
fn anybody_executes_what_holds_and_earns_the_tip() {
    let mut deal = conditional();
    let attested = signed_by(&[INSPECTOR]);
    assert_eq!(deal.execute(&attested, KEEPER), Err(EscrowError::ConditionsNotMet));
    deal.now = at(40);
    deal.execute(&attested, KEEPER).unwrap();
    assert_eq!(deal.status(), Status::Closed);
    assert_eq!(deal.paid_to(KEEPER), 500);
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT - 500);
    assert_eq!(deal.paid_to(APPLICANT), AMOUNT / 20, "the tolerance is not released by conditions");
    assert_eq!(deal.execute(&attested, KEEPER).unwrap_err().code(), 4);
}

#[test]
fn parties_earn_no_tip_on_their_own_business() {
    let mut deal = conditional();
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), BENEFICIARY).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

#[test]
fn conditions_pay_what_drawings_have_left() {
    let mut deal = conditional();
    deal.present(400_000, 0).unwrap();
    deal.approve().unwrap();
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), APPLICANT).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
    assert_eq!(deal.view.escrow.drawn, amount(AMOUNT));
}

#[test]
fn a_credit_without_documents_is_paid_by_conditions_only() {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    agreement.conditions.facts.facts[1] = Some(Fact::Signature { by: INSPECTOR });
    agreement.checklist = Checklist::default();
    let mut deal = Deal::funded(agreement, common::free());
    // A presentation of nothing would be honoured by silence.
    assert_eq!(deal.present(1_000, 0), Err(EscrowError::NotDocumentary));
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), KEEPER).unwrap();
    assert_eq!(deal.status(), Status::Closed);
}

/// The goods have come: the applicant has the title to this document, and nobody else's will do.
#[test]
fn a_credit_is_paid_because_a_title_stands_where_it_should() {
    let mut agreement = common::agreement();
    let fact = Fact::Title { document: BILL, state: TitleFact::WithApplicant };
    agreement.conditions = conditions(&[Node::Fact(0)], &[fact]);
    let mut deal = Deal::funded(agreement, common::free());
    let Terms { applicant, beneficiary, .. } = agreement.terms;
    let brought = |document, owner| Evidence {
        title: Some(Title::issue(document, CARRIER, owner).unwrap()),
        ..Evidence::default()
    };
    for title in [Evidence::default(), brought(BILL, beneficiary), brought([9; 32], applicant)] {
        assert_eq!(deal.execute(&title, KEEPER), Err(EscrowError::ConditionsNotMet));
    }
    deal.execute(&brought(BILL, applicant), BENEFICIARY).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

#[test]
fn a_retention_is_held_back_from_conditions_too() {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(90) });
    let mut deal = Deal::funded(agreement, common::free());
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), APPLICANT).unwrap();
    assert_eq!(deal.status(), Status::Retaining);
    assert_eq!(deal.held(), AMOUNT / 10);
    deal.fall_silent();
}

#[test]
fn conditions_go_neither_with_milestones_nor_with_a_title() {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    let mut with_milestones = agreement;
    common::by_milestones(&mut with_milestones);
    let mut with_title = agreement;
    common::against_title(&mut with_title);
    for agreement in [with_milestones, with_title] {
        let error = agreement.validate(at(0)).unwrap_err();
        let expected = TermsError::OutOfBounds { term: Term::Conditions, actual: 1, minimum: 0, maximum: 0 };
        assert_eq!(error, EscrowError::Terms(expected));
    }
}
