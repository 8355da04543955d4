//! What credits deal with, in words: documents in their places, discrepancies, who is called how.

use std::path::Path;

use florin_trade::{
    examination::Discrepancies,
    right::Standing,
    terms::{DocumentKind, RequiredDocument, MAXIMUM_DOCUMENTS},
    Address, Hash,
};
use florin_trader::{
    document::Document,
    hash,
    paper::{PaperError, SignedPaper},
    terms_file::TermsFile,
};

use super::Names;
use crate::{error::CliError, refusal::code_of, session::Session};

/// Discrepancies that are no document's, as the command line has them. The first two are found when documents are
/// presented.
const GENERAL: [(&str, Discrepancies); 8] = [
    ("late-shipment", Discrepancies::LATE_SHIPMENT),
    ("late-presentation", Discrepancies::LATE_PRESENTATION),
    ("description", Discrepancies::DESCRIPTION),
    ("quantity", Discrepancies::QUANTITY),
    ("amount", Discrepancies::AMOUNT),
    ("conflict", Discrepancies::CONFLICT),
    ("insurance", Discrepancies::INSURANCE),
    ("other", Discrepancies::OTHER),
];

/// What a notice can name where nothing is precluded: the documents that were needed, and what a reader judges.
pub(crate) fn nameable(documents: u8) -> Discrepancies {
    let readers = GENERAL.iter().skip(2).fold(Discrepancies::NONE, |all, (_, one)| all.with(*one));
    readers.with(Discrepancies(u16::from(documents)))
}

/// A set of discrepancies as the command line has them; `label` says how a document is called.
pub(crate) fn discrepancies(set: Discrepancies, label: impl Fn(usize) -> String) -> Vec<String> {
    let is_in = |one: Discrepancies| !set.within(one).is_empty();
    let documents = (0..MAXIMUM_DOCUMENTS).filter(|place| is_in(Discrepancies::of_document(*place))).map(label);
    let general = GENERAL.iter().filter(|(_, one)| is_in(*one)).map(|(word, _)| (*word).to_owned());
    documents.chain(general).collect()
}

/// Reads a discrepancy. Words that are no document's come first: `insurance` is that the insurance is not enough.
///
/// # Errors
/// [`CliError::UnknownDocument`].
pub(crate) fn discrepancy(text: &str, file: &TermsFile) -> Result<Discrepancies, CliError> {
    let text = text.trim();
    match GENERAL.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        Some((_, discrepancy)) => Ok(*discrepancy),
        None => Ok(Discrepancies::of_document(place(text, file)?.into())),
    }
}

/// The word for a kind of document.
pub(crate) fn kind(kind: DocumentKind) -> String {
    code_of(&kind).to_lowercase()
}

/// Where a title stands.
pub(crate) fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Active => "with its owner and holder".to_owned(),
        Standing::InCustody { custodian, escrow } => {
            format!("in custody of {} for escrow {escrow}", hash::format(custodian))
        }
        Standing::Surrendered => "surrendered to its issuer".to_owned(),
        Standing::Retired => "taken back by its issuer".to_owned(),
    }
}

/// The documents that terms ask for, with their places.
pub(crate) fn required(file: &TermsFile) -> Vec<(u8, RequiredDocument)> {
    let places = (0u8..).zip(file.agreement.checklist.documents);
    places.filter_map(|(place, document)| Some((place, document?))).collect()
}

/// Reads the place of a document: its number from 0, how it is called, or its kind where only one document is of that
/// kind.
///
/// # Errors
/// [`CliError::UnknownDocument`].
pub(crate) fn place(text: &str, file: &TermsFile) -> Result<u8, CliError> {
    let text = text.trim();
    let required = required(file);
    let chosen = |is_meant: &dyn Fn(u8, DocumentKind) -> bool| -> Vec<u8> {
        let meant = required.iter().filter(|(place, document)| is_meant(*place, document.kind));
        meant.map(|(place, _)| *place).collect()
    };
    let number = text.parse::<u8>().ok();
    let by_number = chosen(&|place, _| number == Some(place));
    let by_name = chosen(&|place, _| file.label(place.into()).eq_ignore_ascii_case(text));
    let by_kind = chosen(&|_, found| kind(found).eq_ignore_ascii_case(text));
    let found = [by_number, by_name, by_kind].into_iter().find_map(|places| match places[..] {
        [place] => Some(place),
        _ => None,
    });
    found.ok_or_else(|| CliError::UnknownDocument {
        text: text.to_owned(),
        known: required
            .iter()
            .map(|(place, document)| format!("{place} ({}, {})", file.label((*place).into()), kind(document.kind)))
            .collect(),
    })
}

/// Reads a document as the command line names it: by its hash, by its signed paper, which tells its issuer too, or by
/// its sheet.
///
/// # Errors
/// Those of the file; no hash.
pub(crate) fn document(text: &str) -> Result<(Hash, Option<Address>), CliError> {
    if text.trim().starts_with("0x") {
        return Ok((hash::parse(text)?, None));
    }
    let path = Path::new(text);
    match SignedPaper::read(path) {
        Ok(paper) => Ok((paper.subject().commitment, Some(paper.signer()))),
        Err(PaperError::Malformed { .. }) => Ok((Document::load(path)?.commitment(), None)),
        Err(error) => Err(error.into()),
    }
}

/// Names as files and time lines of trade ask for them: those of the command line.
pub(crate) struct Aliases<'a> {
    session: &'a Session,
    names: Names,
}

impl<'a> Aliases<'a> {
    /// The aliases of the network's address book, and of the development accounts.
    pub(crate) fn new(session: &'a Session) -> Self {
        Self { session, names: Names::new(session.book().ok().as_ref()) }
    }
}

impl florin_trader::Names for Aliases<'_> {
    fn address(&self, text: &str) -> Result<Address, String> {
        self.session.party(text).map(|party| party.address.0).map_err(|error| error.to_string())
    }

    fn name(&self, address: &Address) -> Option<String> {
        self.names.get(&(*address).into()).map(str::to_owned)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use florin_trader::{names::NoNames, terms_file::template::Template};

    /// The terms of a template, with an address for each name and a hash instead of the contract's file.
    pub(crate) fn file_of(template: Template) -> TermsFile {
        let details = format!("details = \"0x{}\"", "11".repeat(32));
        let text = template.text().replace("details = { file = \"contract.pdf\" }", &details);
        let names = |text: &str| -> Result<Address, String> {
            let mut address = [1; 20];
            let length = text.len().min(20);
            address[..length].copy_from_slice(&text.as_bytes()[..length]);
            Ok(address)
        };
        TermsFile::parse(&text, Path::new(""), &names).expect("terms")
    }

    #[test]
    fn places_are_numbers_names_and_kinds() {
        let file = file_of(Template::SightWithTitle);
        for (text, expected) in [("0", 0), ("invoice", 0), ("Bill of Lading", 1), ("transport", 1), ("inspection", 2)] {
            assert_eq!(place(text, &file).ok(), Some(expected), "{text}");
        }
        for text in ["7", "insurance", "", "letter"] {
            let error = place(text, &file).expect_err("no such document");
            assert!(error.to_string().contains("1 (bill of lading, transport)"), "{error}");
        }
    }

    #[test]
    fn discrepancies_are_read_and_told() {
        let file = file_of(Template::SightWithTitle);
        let names = ["transport", "description", "other"];
        let set =
            names.iter().fold(Discrepancies::NONE, |set, name| set.with(discrepancy(name, &file).expect("known")));
        assert_eq!(discrepancies(set, |place| file.label(place)), ["bill of lading", "description", "other"]);
        assert_eq!(discrepancy("insurance", &file).ok(), Some(Discrepancies::INSURANCE));
        assert!(discrepancy("colour", &file).is_err());
        assert!(discrepancies(Discrepancies::NONE, |place| place.to_string()).is_empty());
    }

    #[test]
    fn what_was_checked_cannot_be_named() {
        let all = nameable(0b101);
        assert_eq!(all.documents(), 0b101);
        assert!(all.within(Discrepancies::LATE_SHIPMENT).is_empty());
        assert!(!all.within(Discrepancies::OTHER).is_empty());
    }

    #[test]
    fn a_title_says_where_it_stands() {
        assert_eq!(standing(&Standing::Surrendered), "surrendered to its issuer");
        assert!(standing(&Standing::InCustody { custodian: [1; 20], escrow: 4 }).ends_with("for escrow 4"));
    }

    #[test]
    fn a_document_is_named_by_its_hash() {
        let text = format!("0x{}", "ab".repeat(32));
        assert_eq!(document(&text).ok(), Some(([0xab; 32], None)));
        assert!(document("0xab").is_err());
        assert!(document("/no/such/file").is_err());
        assert!(florin_trader::names::read("seller", &NoNames).is_err());
    }
}
