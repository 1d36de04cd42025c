use super::*;

#[test]
fn only_what_reads_is_taken() {
    for text in [
        "select 1",
        "SELECT * FROM logs;",
        "with x as (select 1) select * from x",
        "(select 1) union all (select 2)",
        "explain select 1",
        "explain analyze select * from logs",
        "describe logs",
        "show tables",
        "show columns from logs",
        "values (1)",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
    for text in [
        "",
        "select 1; select 2",
        "insert into logs values (1)",
        "update logs set message = ''",
        "delete from logs",
        "drop table logs",
        "create table x (a int)",
        "create table x as select * from logs",
        "create view x as select * from logs",
        "create external table x stored as parquet location '/etc'",
        "copy logs to '/tmp/x.csv'",
        "copy (select * from logs) to '/tmp/x.csv'",
        "set datafusion.execution.target_partitions = 1",
        "show all",
        "explain insert into logs values (1)",
        "explain drop table logs",
        "with x as (select 1) insert into logs select * from x",
        "prepare p as select 1",
        "execute p",
        "begin",
        "truncate table logs",
    ] {
        assert!(matches!(parse(text), Err(Error::Invalid { .. })), "{text}");
    }
}

#[test]
fn versions_are_found_however_they_are_written() {
    let at = |text: &str| AsOf::Time(record::Timestamp::parse(text).unwrap().0);
    let check = |text: &str, versions: &[AsOf], table: &str| {
        let sql = parse(text).unwrap();
        assert_eq!(sql.versions, versions, "{text}");
        assert!(sql.statement.to_string().contains(table), "{} has no {table}", sql.statement);
    };
    let twelve = [AsOf::Version(12)];
    check("select * from logs for version as of 12", &twelve, r#"FROM "version_12"."logs""#);
    check("select * from logs VERSION AS OF 12 where a = 1", &twelve, r#""version_12"."logs" WHERE a = 1"#);
    check("select * from \"logs\" version as of 12 as l", &twelve, r#""version_12"."logs" AS l"#);
    check("select * from logs for system_version as of 12 l", &twelve, r#""version_12"."logs" "#);
    check("select * from logs_at(12)", &twelve, r#""version_12"."logs""#);
    check("select * from (select * from LOGS /* x */ for\nversion as of 12) x", &twelve, r#""version_12"."logs""#);
    let noon = [at("2026-02-06T12:00:00Z")];
    let schema = schema_of(noon[0]);
    check("select * from logs for timestamp as of '2026-02-06T12:00:00Z'", &noon, &schema);
    check("select * from logs timestamp as of timestamp '2026-02-06 12:00:00'", &noon, &schema);
    check("select * from logs for system_time as of '2026-02-06T13:00:00+01:00'", &noon, &schema);
    check("select * from logs_at('2026-02-06T12:00:00Z')", &noon, &schema);
    check("select count(*) from logs_at(1) a, logs version as of 2 b", &[AsOf::Version(1), AsOf::Version(2)], "version_2");
    check("select 'logs version as of 12' from logs", &[], "FROM logs");
    check("select version from logs version", &[], "FROM logs version");
    check("select timestamp as of from logs", &[], "FROM logs");

    for wrong in [
        "select * from quarantine for version as of 1",
        "select * from logs_at('yesterday')",
        "select * from logs_at(-1)",
        "select * from logs_at()",
        "select * from logs for timestamp as of 'yesterday'",
        "select * from logs version as of 99999999999999999999",
    ] {
        assert!(matches!(parse(wrong), Err(Error::Invalid { .. })), "{wrong}");
    }
}

#[test]
fn a_wrong_statement_is_shown_where_it_is_wrong() {
    let Err(Error::Invalid { message, position, .. }) = parse("select *\nfrom logs wher a = = 1") else { panic!() };
    assert_eq!(position, Some(24), "{message}");
}
