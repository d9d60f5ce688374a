//! Changes between processes: this process tells the others of its own, and hears of theirs.

use crate::server::store::Store;

/// Tells other processes what this one commits, for as long as the database is open. (SQLite's notice by themselves.)
pub fn keep_telling(store: &Store) {
    let store = store.clone();
    tokio::spawn(async move { store.tell_other_processes().await });
}

/// Begins to hear of the changes that other processes make, unless it has begun already. (On SQLite little is done while
/// nobody follows.)
pub fn listen(store: &Store) {
    if store.begin_listening() {
        let store = store.clone();
        tokio::spawn(async move { store.hear_other_processes().await });
    }
}
