//! A few things that were made lately, by what they follow from. Hosts render other instances than those that they show, so
//! what an overlay knows of a picture is kept for the whole process.

use std::sync::{Mutex, PoisonError};

/// The last ones that were used.
pub(super) struct Recent<T> {
    most: usize,
    /// The one that was used last stands last.
    all: Mutex<Vec<(String, T)>>,
}

impl<T: Clone> Recent<T> {
    /// Room for so many.
    pub(super) const fn new(most: usize) -> Self {
        Self { most, all: Mutex::new(Vec::new()) }
    }

    /// Keeps one, in the place of what had this key.
    pub(super) fn put(&self, key: String, value: T) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(known, _)| *known != key);
        if all.len() == self.most {
            all.remove(0);
        }
        all.push((key, value));
    }

    /// One that is still known.
    pub(super) fn get(&self, key: &str) -> Option<T> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().position(|(known, _)| known == key)?;
        let found = all.remove(place);
        let value = found.1.clone();
        all.push(found);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten() {
        let recent = Recent::new(2);
        recent.put("a".to_owned(), 1);
        recent.put("b".to_owned(), 2);
        assert_eq!(recent.get("a"), Some(1));
        recent.put("c".to_owned(), 3);
        assert_eq!(["a", "b", "c"].map(|key| recent.get(key)), [Some(1), None, Some(3)]);
        recent.put("a".to_owned(), 4);
        assert_eq!(["a", "c"].map(|key| recent.get(key)), [Some(4), Some(3)], "it takes the place of the one before");
    }
}
