//! One schema, written down twice: both databases have the same tables with the same columns.

use crate::tests::harness::*;
use sqlx::{Connection, PgConnection, SqliteConnection};

type Column = (String, String, bool);

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (Database::sqlite().await, Database::postgres().await);
    let mut connection = SqliteConnection::connect(&sqlite.url).await.unwrap();
    let sql = "SELECT tables.name, columns.name, columns.\"notnull\" = 1 OR columns.pk > 0
               FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
               WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' AND tables.name NOT LIKE '_sqlx%'
               ORDER BY 1, 2";
    let in_sqlite: Vec<Column> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    let mut connection = PgConnection::connect(&postgres.url).await.unwrap();
    let sql = "SELECT table_name::text COLLATE \"C\", column_name::text COLLATE \"C\", is_nullable = 'NO'
               FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'
               AND table_name NOT IN (SELECT relname FROM pg_class WHERE relispartition) ORDER BY 1, 2";
    let in_postgres: Vec<Column> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    assert!(in_sqlite.len() > 60);
    assert_eq!(in_sqlite, in_postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_indexes() {
    let (sqlite, postgres) = (Database::sqlite().await, Database::postgres().await);
    let mut connection = SqliteConnection::connect(&sqlite.url).await.unwrap();
    // The one index that is too wide for PostgreSQL is left out.
    let sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name <> 'customers_list'
               ORDER BY 1";
    let in_sqlite: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    let mut connection = PgConnection::connect(&postgres.url).await.unwrap();
    let sql = "SELECT indexname::text COLLATE \"C\" FROM pg_indexes
               WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key'
               AND indexname NOT IN (SELECT relname FROM pg_class WHERE relispartition) ORDER BY 1";
    let in_postgres: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    assert_eq!(in_sqlite, in_postgres);
}

on_each_database! {
    async fn migrating_again_changes_nothing(db: Database) {
        let acme = db.customer("Acme").await;
        db.migrate().await.unwrap();
        db.ping().await.unwrap();
        assert_eq!(db.get_customer(acme).await.unwrap().fields.name, "Acme");
        assert_eq!(db.current_rulebook().await.unwrap(), crate::domain::Scorecard::default().into());
    }
}

on_each_database! {
    async fn a_database_of_a_newer_release_is_refused_and_says_which_is_needed(db: Database) {
        db.customer("Acme").await;
        let refused = async || db.migrate().await.unwrap_err().to_string();
        db.run_raw("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                    SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1").await;
        let unknown = refused().await;
        assert!(unknown.contains(&format!("newer release than this one ({})", env!("CARGO_PKG_VERSION"))), "{unknown}");
        db.run_raw("INSERT INTO schema_releases (schema_version, release) VALUES (9998, '8.0.0'), (9999, '9.1.0')").await;
        let known = refused().await;
        assert!(known.contains("use release 9.1.0 or a later one") && known.contains("nothing was changed"), "{known}");
        db.run_raw("DROP TABLE schema_releases").await;
        assert!(refused().await.contains("newer release"));
        assert_eq!(db.page("").await.1, 1);
    }

    async fn a_migrated_database_names_the_release_that_its_schema_needs(db: Database) {
        db.run_raw("UPDATE schema_releases SET release = '0.0.1'").await;
        db.migrate().await.unwrap();
        // The release that brought the schema, and not every one that opens it.
        db.run_raw("INSERT INTO schema_releases (schema_version, release) SELECT 9999, release FROM schema_releases").await;
        db.run_raw("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                    SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1").await;
        assert!(db.migrate().await.unwrap_err().to_string().contains("release 0.0.1 or a later one"));
    }
}

#[tokio::test]
async fn a_database_file_is_created_with_its_folder() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("data/deeper/app.db").display());
    crate::server::store::Store::connect(&url).await.unwrap().migrate().await.unwrap();
    assert!(folder.path().join("data/deeper/app.db").exists());
}
