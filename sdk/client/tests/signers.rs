//! Where signers come from, and what is said where they cannot be made. No error repeats a secret.

use std::path::PathBuf;

use florin_client::signer::{Signer, SignerError, SignerSource};

const MNEMONIC: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

#[test]
fn sources_are_read_from_text_and_written_back() {
    for text in ["dev:alice", "dev:7", "file:/run/keys/florin", "env:FLORIN_KEY", "stdin:"] {
        let source: SignerSource = text.parse().expect("a source");
        assert_eq!(source.to_string(), text);
    }
    assert_eq!("Alice".parse(), Ok(SignerSource::Development("alice".into())));
    assert_eq!("file:key".parse(), Ok(SignerSource::File(PathBuf::from("key"))));
}

#[test]
fn what_is_no_source_is_refused_and_not_repeated() {
    for text in ["", "mallory", "file:", "env:", "dev:", "stdin:x", "keyring:alice"] {
        assert_eq!(text.parse::<SignerSource>(), Err(SignerError::UnknownSource), "{text:?}");
    }
    let seed = format!("0x{}", "ab".repeat(32));
    for secret in [MNEMONIC, &seed, "//Alice//7"] {
        let error = secret.parse::<SignerSource>().expect_err("a secret is no source");
        assert_eq!(error, SignerError::SecretInPlainSight);
        assert!(!error.to_string().contains(secret));
    }
}

#[test]
fn development_signers_go_by_name_and_number() {
    assert_eq!(Signer::dev("Bob").expect("bob").account(), Signer::bob().account());
    let seventh = Signer::dev("7").expect("a number").account();
    assert_eq!(seventh, Signer::numbered(7).expect("a number").account());
    assert_ne!(seventh, Signer::numbered(8).expect("a number").account());
    assert_eq!(
        Signer::dev("mallory").expect_err("nobody"),
        SignerError::UnknownDevelopmentAccount { name: "mallory".into() }
    );
}

#[test]
fn a_private_file_gives_its_first_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    write_private(&path, &format!("{MNEMONIC}//Alice\nanother line\n"));
    let signer = SignerSource::File(path).load().expect("a signer");
    assert_eq!(signer.account(), Signer::alice().account());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    std::fs::write(&path, MNEMONIC).expect("written");
    for mode in [0o644, 0o640, 0o604, 0o620] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("permissions");
        let error = SignerSource::File(path.clone()).load().expect_err("shared");
        assert_eq!(error, SignerError::FileIsShared { path: path.clone(), mode });
    }
}

#[test]
fn a_source_without_a_secret_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    let load = |text: &str| {
        write_private(&path, text);
        SignerSource::File(path.clone()).load().map(|signer| signer.account())
    };
    assert_eq!(load(""), Err(SignerError::Empty));
    assert_eq!(load("  \n//Alice"), Err(SignerError::Empty));
    assert_eq!(load("0x1234"), Err(SignerError::Malformed));
    assert_eq!(load("twelve words that are no phrase"), Err(SignerError::Malformed));
    assert!(matches!(SignerSource::File(folder.path().join("absent")).load(), Err(SignerError::File { .. })));
    assert!(matches!(
        SignerSource::Environment("FLORIN_TEST_KEY_THAT_IS_NOT_SET".into()).load(),
        Err(SignerError::NotInEnvironment { .. })
    ));
}

#[test]
fn a_signer_shows_its_account_and_nothing_else() {
    let shown = format!("{:?}", Signer::alice());
    assert_eq!(shown, "Signer(0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d)");
}

fn write_private(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    }
}
