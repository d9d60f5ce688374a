//! The quarantine has bounds, whatever is sent: items and bytes of a source and of all, bytes of an item, days.

use crate::domain::quarantine::{KEPT_DAYS, MAX_BYTES, MAX_BYTES_OF_SOURCE, MAX_CONTENT_BYTES, MAX_ITEMS_OF_SOURCE};
use crate::domain::{FieldErrors, ItemVerdict};
use crate::server::service::run::jobs;
use crate::server::store::RefusedItem;
use crate::tests::harness::*;
use chrono::Duration;

fn refused(source: &str, content: String) -> RefusedItem {
    let FieldErrors(errors) = FieldErrors::one("kind", "is not a kind of event");
    RefusedItem { source: source.into(), content, verdict: ItemVerdict::Rejected, errors }
}

/// Sends items to the quarantine. Returns how many were kept.
async fn keep(db: &Database, items: &[RefusedItem]) -> usize {
    let kept = db.quarantine(items, now()).await.unwrap();
    assert_eq!(kept.len(), items.len());
    kept.into_iter().filter(|kept| *kept).count()
}

on_each_database! {
    async fn a_source_keeps_so_many_items_and_leaves_others_their_room(db: Database) {
        let many = |from: i64, to: i64| (from..to).map(|index| refused("api", format!("x{index}"))).collect::<Vec<_>>();
        assert_eq!(keep(&db, &many(0, MAX_ITEMS_OF_SOURCE - 1)).await as i64, MAX_ITEMS_OF_SOURCE - 1);
        assert_eq!(keep(&db, &many(MAX_ITEMS_OF_SOURCE - 1, MAX_ITEMS_OF_SOURCE + 50)).await, 1);
        // What is there already takes no room, also twice in one request; another source has its own.
        let again = [refused("api", "x7".into()), refused("api", "x7".into()), refused("api", "new".into())];
        assert_eq!(db.quarantine(&again, now()).await.unwrap(), [true, true, false]);
        assert_eq!(keep(&db, &[refused("crm", "y".into())]).await, 1);
        assert_eq!(db.count_quarantine().await.unwrap(), MAX_ITEMS_OF_SOURCE + 1);
        let latest = db.list_quarantine(1, 1).await.unwrap().items.remove(0);
        assert_eq!((latest.source.as_str(), latest.content.as_str()), ("crm", "y"));
        // Whatever is discarded makes room.
        db.discard_quarantined(latest.id).await.unwrap();
        db.discard_quarantine(crate::domain::QuarantineId(latest.id.0 - 1)).await.unwrap();
        assert_eq!(keep(&db, &many(0, 3)).await, 3);
    }

    async fn long_items_are_kept_by_their_beginning_and_so_many_bytes_in_all(db: Database) {
        // Two bytes each, so that the limit would fall into the middle of one.
        let long = |source: &str, index: usize| refused(source, format!("x{index:04}{}", "é".repeat(8_200)));
        let of = |source: &str| (0..1100).map(|index| long(source, index)).collect::<Vec<_>>();
        let mut kept = 0;
        for source in ["a", "b", "c", "d", "e"] {
            kept += keep(&db, &of(source).iter().map(|item| refused(source, format!("{source}{}", item.content))).collect::<Vec<_>>()).await;
            let uses = db.quarantine_uses().await.unwrap();
            assert!(uses[source].bytes <= MAX_BYTES_OF_SOURCE, "{uses:?}");
            let bytes: i64 = uses.values().map(|of_source| of_source.bytes).sum();
            assert!(bytes <= MAX_BYTES && bytes > MAX_BYTES_OF_SOURCE * 9 / 10, "{bytes}");
        }
        assert_eq!(kept as i64, db.count_quarantine().await.unwrap());
        assert!(db.quarantine_uses().await.unwrap().get("e").is_none_or(|of_source| of_source.items < 100), "all sources have a bound too");
        let item = db.list_quarantine(1, 1).await.unwrap().items.remove(0);
        assert!(item.is_cut && item.content.len() <= MAX_CONTENT_BYTES && item.content.len() > MAX_CONTENT_BYTES - 2);
        // Two that begin alike are two.
        let twins = ["1", "2"].map(|end| refused("f", "x".repeat(20_000) + end));
        db.discard_quarantine(item.id).await.unwrap();
        assert_eq!(keep(&db, &twins).await, 2);
        assert_eq!(db.count_quarantine().await.unwrap(), 2);
    }

    async fn items_that_nobody_sends_any_more_go_after_their_time(db: Database) {
        let old = now() - Duration::days(KEPT_DAYS) - Duration::seconds(1);
        let items: Vec<_> = (0..2500).map(|index| refused("api", format!("x{index}"))).collect();
        db.quarantine(&items, old).await.unwrap();
        db.quarantine(&items[..1], now()).await.unwrap();
        db.quarantine(&[refused("api", "young".into())], old + Duration::seconds(2)).await.unwrap();
        jobs::tend_log(&db.app()).await.unwrap();
        let left: Vec<_> = db.list_quarantine(1, 50).await.unwrap().items.into_iter().map(|item| item.content).collect();
        assert_eq!(left, ["young", "x0"]);
    }
}
