//! What a panic says on standard error.

use std::panic::{Location, set_hook, take_hook};
use std::sync::Once;

use mlplat_core::deploy::in_provider;

/// From now on a provider that panics does not say why: its words may hold what
/// it was given, and the engine tells that it failed. Every other panic says
/// what it says.
pub(super) fn quieten_providers() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| match in_provider() {
            true => anstream::eprintln!("{}", instead(panic.location())),
            false => before(panic),
        }));
    });
}

fn instead(at: Option<&Location<'_>>) -> String {
    let at = at.map_or_else(String::new, |at| format!(" at {at}"));
    format!("a provider panicked{at}; its words are not shown, since they may hold a secret")
}

#[cfg(test)]
#[allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use mlplat_core::facts::{OnChange, OutputFact, Recovery, Refs, TYPE, Type, f};
    use mlplat_core::provider::{Kept, KeyedService, ProviderError};
    use mlplat_core::{Output, Resource, Stack};
    use mlplat_sim::simulate::World;

    use super::*;

    static NOTE: Type = Type {
        name: "test.Note",
        provider: "test",
        recovery: Recovery::NaturalKey(&["Name"]),
        fields: &[f("Name", OnChange::Replace, Refs::No)],
        outputs: &[OutputFact::fixed("Path", "")],
        ..TYPE
    };

    #[derive(Resource, Clone)]
    #[resource(facts = NOTE, handle = NoteHandle { path: String })]
    struct Note {
        name: Output<String>,
    }

    struct Careless;

    #[async_trait]
    impl KeyedService for Careless {
        type Resource = Note;

        async fn get(&self, name: &str) -> Result<Kept, ProviderError> {
            Err(ProviderError::gone(name))
        }

        async fn put(&self, _: &str, _: ResolvedNote, _: &str) -> Result<(), ProviderError> {
            panic!("the password is 0123456789abcdef");
        }

        async fn remove(&self, _: &str) -> Result<(), ProviderError> {
            Ok(())
        }

        async fn keys(&self) -> Result<Vec<String>, ProviderError> {
            Ok(Vec::new())
        }
    }

    /// Proves fault 31.
    #[test]
    fn the_words_of_a_provider_are_said_nowhere() {
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&said);
        set_hook(Box::new(move |panic| {
            heard.lock().unwrap().push(panic.to_string())
        }));
        quieten_providers();
        let mut world = World::simulate(|stack: &mut Stack| {
            stack.add("note", Note { name: "a".into() });
        })
        .with_provider(Arc::new(Careless));
        let run = world.deploy();
        assert_eq!(run.assert_failed("note").code, "Panic");
        assert!(said.lock().unwrap().is_empty(), "{said:?}");
        // What the program itself says is heard.
        let own = std::thread::spawn(|| panic!("my own words")).join();
        assert!(own.is_err());
        let said = said.lock().unwrap();
        assert!(
            said.iter().any(|words| words.contains("my own words")),
            "{said:?}"
        );
        assert!(instead(None).starts_with("a provider panicked;"));
        println!("figure: 1 panic of a provider, 0 of its words on standard error");
    }
}
