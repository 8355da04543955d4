//! `florin document`: documents are hashed, salted, shown field by field and signed on this machine; none is ever
//! uploaded.

use std::path::{Path, PathBuf};

use florin_trade::{EscrowError, Hash};
use florin_trader::{
    document::{encryption::Identities, Content, Document, Proof, Sheet},
    hash,
    paper::{Paper, Place},
};
use florin_units::Timestamp;
use serde::Deserialize;
use serde_json::{json, Value};

use crate::{
    arguments::{DocumentCommand, SignArguments},
    commands::escrow::{venue, Subject},
    error::CliError,
    files, moment,
    network::place_and_cause,
    output::Answer,
    record::Record,
    session::{Session, Settings},
    wallet::Signed,
    words::{harmless, trade},
};

/// Runs a command. Only what is about a credit asks a node; `settings` are for that.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(
    settings: impl FnOnce() -> Result<Settings, CliError>,
    command: &DocumentCommand,
) -> Result<Answer, CliError> {
    match command {
        DocumentCommand::Commit { files, out } => commit(files, out),
        DocumentCommand::Sheet { fields, out } => sheet(fields, out),
        DocumentCommand::Show { sheet } => Ok(Answer::facts(&facts(&Document::load(sheet)?))),
        DocumentCommand::Disclose { sheet, field, out } => disclose(sheet, field, out),
        DocumentCommand::Verify { proof, document, escrow, place, file } => {
            let commitment = match (document, escrow, place) {
                (Some(document), _, _) => trade::document(document)?.0,
                (None, Some(escrow), Some(place)) => presented(&settings()?.connect().await?, *escrow, place).await?,
                (None, _, _) => {
                    let message = "give --document, or --escrow with --place".to_owned();
                    return Err(CliError::CommandLine { message });
                }
            };
            verify(proof, &commitment, file.as_deref())
        }
        DocumentCommand::Encrypt { sheet, recipients, out } => encrypt(sheet, recipients, out),
        DocumentCommand::Decrypt { file, identity, out } => decrypt(file, identity, out),
        DocumentCommand::Identity { out } => identity(out),
        DocumentCommand::Sign(arguments) => sign(&settings()?.connect().await?, arguments).await,
    }
}

/// `florin document commit`.
fn commit(paths: &[PathBuf], out: &Path) -> Result<Answer, CliError> {
    let mut sheet = Sheet::new();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        sheet.file(&name, path)?;
    }
    save(&sheet.commit()?, out)
}

/// What a file with fields says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, rename = "field")]
    fields: Vec<Entry>,
}

/// A field: a text, or a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    text: Option<String>,
    file: Option<PathBuf>,
}

impl Fields {
    /// The sheet; files are taken from a folder.
    fn sheet(self, folder: &Path) -> Result<Sheet, CliError> {
        let mut sheet = Sheet::new();
        for Entry { name, text, file } in self.fields {
            match (text, file) {
                (Some(text), None) => sheet.text(&name, &text)?,
                (None, Some(file)) => sheet.file(&name, &folder.join(file))?,
                _ => {
                    let message = format!("the field {name:?} needs either text or file; give it one of both");
                    return Err(CliError::CommandLine { message });
                }
            };
        }
        Ok(sheet)
    }
}

/// `florin document sheet`.
fn sheet(path: &Path, out: &Path) -> Result<Answer, CliError> {
    let text = files::read(path)?;
    let fields: Fields = toml::from_str(&text)
        .map_err(|error| CliError::File { path: path.to_owned(), cause: place_and_cause(&error, &text) })?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    save(&fields.sheet(&folder)?.commit()?, out)
}

fn save(document: &Document, out: &Path) -> Result<Answer, CliError> {
    files::check_new(out)?;
    document.save(out)?;
    let facts = facts(document).text("file", "sheet", out.display().to_string());
    Ok(headed("The sheet is yours alone; others know the document by its commitment", &facts))
}

/// Facts below a sentence.
fn headed(heading: &str, record: &Record) -> Answer {
    Answer::new(record.to_json(), format!("{heading}\n{}", record.to_text()))
}

/// What a sheet holds.
fn facts(document: &Document) -> Record {
    let fields = document.fields();
    let lines: Vec<String> =
        fields.iter().map(|field| format!("{}: {}", harmless(&field.name), told(&field.content))).collect();
    let list: Vec<Value> = fields.iter().map(|field| json!({ "name": field.name, "content": field.content })).collect();
    Record::new().text("commitment", "commitment", hash::format(&document.commitment())).lines(
        "fields",
        "field",
        &lines,
        json!(list),
    )
}

fn told(content: &Content) -> String {
    match content {
        Content::Text(text) => harmless(text),
        Content::File { name, length, hash } => {
            format!("the file {} of {length} bytes, hash {}", harmless(name), hash::format(hash))
        }
    }
}

/// `florin document disclose`.
fn disclose(sheet: &Path, field: &str, out: &Path) -> Result<Answer, CliError> {
    let proof = Document::load(sheet)?.disclose(field)?;
    files::create(out, &proof.to_json())?;
    let record = proven(&proof).text("file", "proof", out.display().to_string());
    Ok(headed("Who has this file can show this field, and no other", &record))
}

fn proven(proof: &Proof) -> Record {
    Record::new()
        .text("commitment", "document", hash::format(&proof.commitment))
        .value("name", "field", harmless(&proof.name), json!(proof.name))
        .value("content", "says", told(&proof.content), json!(proof.content))
}

/// `florin document verify`.
fn verify(proof: &Path, commitment: &Hash, file: Option<&Path>) -> Result<Answer, CliError> {
    let proof = Proof::from_json(&files::read(proof)?)?;
    proof.verify(commitment)?;
    if let Some(file) = file {
        proof.verify_file(file)?;
    }
    let record =
        proven(&proof).flag("valid", "belongs to it", true).flag("file_checked", "file checked", file.is_some());
    Ok(Answer::facts(&record))
}

/// The commitment of a document that is presented under a credit now.
async fn presented(session: &Session, escrow: u64, place: &str) -> Result<Hash, CliError> {
    let subject = Subject::load(session, escrow).await?;
    let (presentation, _) = subject.presentation()?;
    let file = subject.file();
    let place = trade::place(place, &file)?;
    let commitment = presentation.commitments.get(usize::from(place)).copied().unwrap_or_default();
    if commitment == [0; 32] {
        let known = vec![format!("those that florin escrow examine {escrow} shows")];
        return Err(CliError::UnknownDocument { text: file.label(place.into()), known });
    }
    Ok(commitment)
}

/// `florin document encrypt`.
fn encrypt(sheet: &Path, recipients: &[String], out: &Path) -> Result<Answer, CliError> {
    let document = Document::load(sheet)?;
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let text = document.encrypt(&recipients)?;
    files::create(out, &text)?;
    let lines: Vec<String> = recipients.iter().map(|one| (*one).to_owned()).collect();
    let record = Record::new()
        .text("commitment", "document", hash::format(&document.commitment()))
        .lines("recipients", "for", &lines, json!(recipients))
        .text("file", "file", out.display().to_string());
    Ok(headed("Encrypted; each of them can read and show every field", &record))
}

/// `florin document decrypt`.
fn decrypt(path: &Path, identity: &Path, out: &Path) -> Result<Answer, CliError> {
    let identities = Identities::load(identity)?;
    save(&Document::decrypt(&files::read(path)?, &identities)?, out)
}

/// `florin document identity`.
fn identity(out: &Path) -> Result<Answer, CliError> {
    let recipient = Identities::create(out)?;
    let record =
        Record::new().text("recipient", "recipient", recipient).text("file", "file", out.display().to_string());
    Ok(headed("Give the recipient to whoever has documents for you; keep the file", &record))
}

/// `florin document sign`.
async fn sign(session: &Session, arguments: &SignArguments) -> Result<Answer, CliError> {
    let SignArguments { escrow, milestone, wallet, .. } = arguments;
    let subject = Subject::load(session, *escrow).await?;
    let file = subject.file();
    let document = trade::place(&arguments.place, &file)?;
    let (commitment, _) = trade::document(&arguments.document)?;
    let dated = match &arguments.dated {
        Some(text) => Timestamp::from_raw(moment::parse(text)?),
        None => subject.now,
    };
    wallet.check_moment(arguments.dated.is_some(), "--dated")?;
    let out = wallet.new_file(arguments.out.as_deref())?;
    let venue = venue(session, subject.contract).await?;
    let place = Place { document, milestone: *milestone };
    let paper = Paper::new(venue, *escrow, subject.agreement(), subject.escrow(), place, commitment, dated)?;
    let signatory = wallet.signatory(session)?;
    let me = signatory.address;
    if paper.issuer != me.0 {
        let error = EscrowError::WrongIssuer { document, expected: paper.issuer, actual: me.0 };
        return Err(subject.refused(session, &error));
    }
    let record = Record::new()
        .number("escrow", "credit", *escrow)
        .number("drawing", "for drawing", paper.subject.drawing.into())
        .value("milestone", "milestone", milestone.map_or("none".to_owned(), |it| it.to_string()), json!(milestone))
        .value("place", "document", format!("{document} {}", file.label(document.into())), json!(document))
        .text("commitment", "commitment", hash::format(&commitment))
        .moment("dated", "dated", dated.raw())
        .person("issuer", "you sign as", &me, &subject.names);
    let data = paper.typed_data();
    let signature = match wallet.sign(session, &signatory, &data, "Sign a document as its issuer", &record)? {
        Signed::Shown(answer) => return Ok(answer),
        Signed::By(signature) => signature,
    };
    let signed = paper.sign(&signature)?;
    files::create(out, &signed.to_json())?;
    let record = record.text("file", "signed paper", out.display().to_string());
    Ok(headed("Signed", &record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_files_and_of_fields_is_known_by_its_commitment() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("invoice.pdf"), "an invoice").expect("written");
        let committed = commit(&[at("invoice.pdf")], &at("one.json")).expect("a document");
        assert_eq!(committed.data["fields"][0]["name"], json!("invoice.pdf"));
        assert!(matches!(commit(&[at("invoice.pdf")], &at("one.json")), Err(CliError::FileExists { .. })));

        let text = "[[field]]\nname = \"number\"\ntext = \"7\"\n[[field]]\nname = \"scan\"\nfile = \"invoice.pdf\"\n";
        std::fs::write(at("fields.toml"), text).expect("written");
        let made = sheet(&at("fields.toml"), &at("two.json")).expect("a document");
        assert_ne!(made.data["commitment"], committed.data["commitment"], "salts differ");
        let proof = disclose(&at("two.json"), "number", &at("proof.json")).expect("a proof");
        assert_eq!(proof.data["content"], json!({ "text": "7" }));
        let commitment = Document::load(&at("two.json")).expect("a sheet").commitment();
        assert!(verify(&at("proof.json"), &commitment, None).is_ok());
        assert!(verify(&at("proof.json"), &[9; 32], None).is_err());
        assert!(verify(&at("proof.json"), &commitment, Some(&at("invoice.pdf"))).is_err(), "the field names no file");
    }

    #[test]
    fn a_field_is_a_text_or_a_file() {
        for text in ["[[field]]\nname = \"a\"\n", "[[field]]\nname = \"a\"\ntext = \"b\"\nfile = \"c\"\n"] {
            let fields: Fields = toml::from_str(text).expect("fields");
            let error = fields.sheet(Path::new("")).expect_err("neither or both");
            assert!(error.to_string().contains("either text or file"), "{error}");
        }
        assert!(toml::from_str::<Fields>("[[field]]\nname = \"a\"\ntxt = \"b\"\n").is_err());
    }

    #[test]
    fn a_document_travels_encrypted() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("bill.pdf"), "a bill of lading").expect("written");
        commit(&[at("bill.pdf")], &at("bill.json")).expect("a document");
        let made = identity(&at("identity.txt")).expect("an identity");
        let recipient = made.data["recipient"].as_str().expect("a recipient").to_owned();
        encrypt(&at("bill.json"), &[recipient], &at("bill.age")).expect("encrypted");
        let read = decrypt(&at("bill.age"), &at("identity.txt"), &at("copy.json")).expect("decrypted");
        let sent = Document::load(&at("bill.json")).expect("a sheet");
        assert_eq!(read.data["commitment"], json!(hash::format(&sent.commitment())));
    }
}
