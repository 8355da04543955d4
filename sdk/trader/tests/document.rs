//! Documents: what is committed to, what can be shown, and who can read it.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use florin_trader::document::{
    encryption::{EncryptionError, Identities},
    Content, Document, DocumentError, Proof, Sheet, MAXIMUM_FIELDS,
};
use proptest::prelude::*;

fn sheet(fields: usize) -> Sheet {
    let mut sheet = Sheet::new();
    for place in 0..fields {
        sheet.text(&format!("field {place}"), &format!("value {place}")).unwrap();
    }
    sheet
}

#[test]
fn every_field_of_documents_of_every_size_can_be_shown() {
    for fields in [1, 2, 3, 4, 5, 8, 9, 100, 255, 256] {
        let document = sheet(fields).commit().unwrap();
        let commitment = document.commitment();
        for place in 0..fields {
            let proof = document.disclose(&format!("field {place}")).unwrap();
            assert_eq!(proof.verify(&commitment), Ok(()), "{place} of {fields}");
            assert_eq!(
                (usize::from(proof.place), proof.path.len()),
                (place, fields.next_power_of_two().ilog2() as usize)
            );
            assert_eq!(Proof::from_json(&proof.to_json()), Ok(proof));
        }
    }
}

#[test]
fn a_changed_value_name_place_salt_or_path_proves_nothing() {
    let document = sheet(6).commit().unwrap();
    let commitment = document.commitment();
    let proof = document.disclose("field 3").unwrap();
    let other = document.disclose("field 4").unwrap();
    let no =
        |proof: Proof| assert!(matches!(proof.verify(&commitment), Err(DocumentError::NotAField { .. })), "{proof:?}");
    no(Proof { content: Content::Text("value 4".to_owned()), ..proof.clone() });
    no(Proof { content: Content::File { name: "value 3".to_owned(), length: 0, hash: [0; 32] }, ..proof.clone() });
    no(Proof { name: "field 4".to_owned(), ..proof.clone() });
    // What moves from the name into the value is another field.
    no(Proof { name: "field ".to_owned(), content: Content::Text("3value 3".to_owned()), ..proof.clone() });
    no(Proof { place: 4, ..proof.clone() });
    no(Proof { place: 3 + 8, ..proof.clone() });
    no(Proof { salt: other.salt, ..proof.clone() });
    no(Proof { path: other.path.clone(), ..proof.clone() });
    no(Proof { path: proof.path[..2].to_vec(), ..proof.clone() });
    no(Proof { path: [proof.path.clone(), vec![[0; 32]]].concat(), ..proof.clone() });
    // The commitment that counts is the one that was presented, not the one that the proof names.
    no(Proof { commitment: [1; 32], ..proof.clone() });
    let another = sheet(6).commit().unwrap();
    assert!(proof.verify(&another.commitment()).is_err());
    let forged = another.disclose("field 3").unwrap();
    assert_eq!(forged.verify(&forged.commitment), Ok(()), "sound by itself");
    no(forged);
}

#[test]
fn equal_sheets_have_different_commitments_and_salts_are_not_printed() {
    let (one, other) = (sheet(5).commit().unwrap(), sheet(5).commit().unwrap());
    assert_ne!(one.commitment(), other.commitment());
    let proof = one.disclose("field 0").unwrap();
    assert!(!format!("{one:?}").contains(&format!("{:?}", proof.salt)));
    assert!(format!("{one:?}").contains("8 salts"));
}

#[test]
fn one_shown_field_shows_no_other() {
    let document = sheet(7).commit().unwrap();
    let text = document.disclose("field 3").unwrap().to_json();
    for place in (0..7).filter(|place| *place != 3) {
        assert!(!text.contains(&format!("value {place}")), "value {place}");
        let salt = document.disclose(&format!("field {place}")).unwrap().salt;
        assert!(!text.contains(&hex::encode(salt)), "salt {place}");
    }
}

#[test]
fn fields_have_names_of_their_own() {
    let mut sheet = sheet(2);
    for name in ["field 1", " field 1 ", "", "  "] {
        assert!(matches!(sheet.text(name, "x"), Err(DocumentError::Name { .. })), "{name:?}");
    }
    let mut full = self::sheet(MAXIMUM_FIELDS);
    assert_eq!(full.text("one more", "x").err(), Some(DocumentError::TooManyFields));
    assert_eq!(Sheet::new().commit(), Err(DocumentError::NoField));
    let error = sheet.commit().unwrap().disclose("weight").unwrap_err();
    assert!(error.to_string().ends_with("it has: field 0, field 1"), "{error}");
}

#[test]
fn attached_files_are_known_by_their_hash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bill.pdf");
    std::fs::write(&path, b"on board").unwrap();
    let mut sheet = sheet(1);
    sheet.file("scan", &path).unwrap();
    let document = sheet.commit().unwrap();
    let proof = document.disclose("scan").unwrap();
    assert_eq!(proof.verify(&document.commitment()), Ok(()));
    assert!(matches!(&proof.content, Content::File { name, length: 8, .. } if name == "bill.pdf"));
    assert_eq!(proof.verify_file(&path), Ok(()));
    std::fs::write(&path, b"received").unwrap();
    assert!(proof.verify_file(&path).is_err());
    assert!(document.disclose("field 0").unwrap().verify_file(&path).is_err(), "a text is no file");
    assert!(matches!(sheet.file("other", Path::new("/nowhere/at/all")), Err(DocumentError::File(_))));
}

#[test]
#[cfg(unix)]
fn sheets_are_kept_from_others() {
    use florin_trader::FileError;
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.json");
    let document = sheet(3).commit().unwrap();
    document.save(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Document::load(&path), Ok(document));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = Document::load(&path);
    assert_eq!(error, Err(DocumentError::File(FileError::Shared { path, mode: 0o640 })));
}

#[test]
fn a_changed_sheet_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.json");
    let document = sheet(3).commit().unwrap();
    document.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let load = |text: String| {
        // Written over, so that the permissions stay.
        std::fs::write(&path, text).unwrap();
        Document::load(&path)
    };
    assert!(matches!(load(text.replace("value 1", "value 9")), Err(DocumentError::OtherCommitment { .. })));
    assert!(matches!(load(text.replace("field 1", "field 9")), Err(DocumentError::OtherCommitment { .. })));
    assert!(matches!(load(text.replace("field 1", "field 0")), Err(DocumentError::Name { .. })));
    for (from, to) in [("florin document 1", "florin document 2"), ("\"salts\": [", "\"salts\": [\"0x00\","), ("}", "")]
    {
        let error = load(text.replace(from, to)).unwrap_err();
        assert!(matches!(error, DocumentError::Malformed { .. }), "{from}: {error}");
        // The reason does not repeat what stands in the file.
        assert!(!error.to_string().contains("0x00"), "{error}");
    }
}

#[test]
fn an_encrypted_sheet_is_read_by_its_recipients_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let recipients: Vec<String> = ["bank.txt", "arbitrator.txt", "stranger.txt"]
        .iter()
        .map(|name| Identities::create(&path(name)).unwrap())
        .collect();
    let document = sheet(5).commit().unwrap();
    let text = document.encrypt(&[&recipients[0], &recipients[1]]).unwrap();
    assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    assert!(!text.contains("value"));
    for name in ["bank.txt", "arbitrator.txt"] {
        let identities = Identities::load(&path(name)).unwrap();
        assert_eq!(Document::decrypt(&text, &identities), Ok(document.clone()), "{name}");
    }
    let stranger = Identities::load(&path("stranger.txt")).unwrap();
    let refused = |text: &str, error: EncryptionError| {
        assert_eq!(Document::decrypt(text, &stranger), Err(DocumentError::Encryption(error)));
    };
    refused(&text, EncryptionError::NotForYou);
    refused("hello", EncryptionError::Damaged);
    let bank = Identities::load(&path("bank.txt")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for cut in 1..lines.len() {
        let damaged = lines.iter().enumerate().filter(|(place, _)| *place != cut).map(|(_, line)| *line);
        let damaged: Vec<&str> = damaged.collect();
        assert!(Document::decrypt(&damaged.join("\n"), &bank).is_err(), "without line {cut}");
    }
}

#[test]
fn secrets_are_kept_in_private_files_and_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.txt");
    let recipient = Identities::create(&path).unwrap();
    assert!(recipient.starts_with("age1"));
    let secret = std::fs::read_to_string(&path).unwrap();
    let secret = secret.lines().last().unwrap();
    assert!(secret.starts_with("AGE-SECRET-KEY-1"));
    let identities = Identities::load(&path).unwrap();
    assert_eq!(identities.recipients(), std::slice::from_ref(&recipient));
    assert_eq!(format!("{identities:?}"), format!("Identities({recipient})"));
    assert!(Identities::create(&path).is_err(), "an identity is not written over");
    // A line that is no identity is not repeated.
    std::fs::write(&path, format!("{secret}X\n")).unwrap();
    let error = Identities::load(&path).unwrap_err();
    assert_eq!(error, DocumentError::Encryption(EncryptionError::NoIdentity));
    assert!(!format!("{error} {error:?}").contains(secret));
    std::fs::write(&path, "# nothing\n\n").unwrap();
    assert!(Identities::load(&path).is_err());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o604)).unwrap();
        assert!(matches!(Identities::load(&path), Err(DocumentError::File(_))));
    }
}

#[test]
fn recipients_must_be_recipients() {
    let document = sheet(1).commit().unwrap();
    assert_eq!(document.encrypt(&[]), Err(DocumentError::Encryption(EncryptionError::NoRecipients)));
    for text in ["", "bank", "ssh-ed25519 AAAA", "age1xyz"] {
        let error = document.encrypt(&[text]);
        assert!(matches!(error, Err(DocumentError::Encryption(EncryptionError::Recipient { .. }))), "{text}");
    }
}

#[test]
fn what_is_locked_with_a_passphrase_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.txt");
    Identities::create(&path).unwrap();
    let identities = Identities::load(&path).unwrap();
    let mut recipient = age::scrypt::Recipient::new(age::secrecy::SecretString::from("secret".to_owned()));
    recipient.set_work_factor(2);
    let text = age::encrypt_and_armor(&recipient, b"{}").unwrap();
    let error = Document::decrypt(&text, &identities);
    assert_eq!(error, Err(DocumentError::Encryption(EncryptionError::Passphrase)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_texts_can_be_shown_and_travel(values in prop::collection::vec(".{0,40}", 1..20)) {
        let folder = tempfile::tempdir().unwrap();
        let (key, path) = (folder.path().join("identity.txt"), folder.path().join("sheet.json"));
        let recipient = Identities::create(&key).unwrap();
        let mut sheet = Sheet::new();
        for (place, value) in values.iter().enumerate() {
            sheet.text(&format!("field {place}"), value).unwrap();
        }
        let document = sheet.commit().unwrap();
        document.save(&path).unwrap();
        prop_assert_eq!(&Document::load(&path).unwrap(), &document);
        let text = document.encrypt(&[&recipient]).unwrap();
        prop_assert_eq!(&Document::decrypt(&text, &Identities::load(&key).unwrap()).unwrap(), &document);
        for (place, value) in values.iter().enumerate() {
            let proof = document.disclose(&format!("field {place}")).unwrap();
            prop_assert_eq!(&proof.content, &Content::Text(value.clone()));
            prop_assert_eq!(Proof::from_json(&proof.to_json()).unwrap().verify(&document.commitment()), Ok(()));
        }
    }
}
