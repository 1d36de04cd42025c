//! The account of the privacy gateway, as tables.

use super::house::{Entry, House, batch, lines};

const ACCOUNT: &str = "select source, field, class, action, count, policy_version from log_privacy order by field, class";

#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_there_as_rows() {
    // No room for columns of attributes: those of the account are there all the same.
    let house = House::with_columns(0).await;
    assert_eq!(lines(&house.sql(ACCOUNT).await), [""; 0], "nothing was found yet");
    assert_eq!(lines(&house.sql("select * from logs_metadata").await), [""; 0]);
    let text = "mail ann@example.com or bob@example.com, card 4111 1111 1111 1111";
    let entry =
        |at, message: &str| Entry { at, message: Some(message.to_owned()), source: Some("crm".to_owned()), ..Entry::default() };
    house.append(batch(&[entry(1, text), entry(2, "all is well")])).await;
    for sealed in [false, true] {
        if sealed {
            house.seal().await;
        }
        let expected = [
            r#"{"source":"crm","field":"message","class":"CREDIT_CARD","action":"mask","count":1,"policy_version":"default"}"#,
            r#"{"source":"crm","field":"message","class":"EMAIL","action":"mask","count":2,"policy_version":"default"}"#,
        ];
        assert_eq!(lines(&house.sql(ACCOUNT).await), expected, "{sealed}");
        let metadata = "select pii_fields, classification, deleted_at from logs_metadata m join logs l on l.record_id = m.log_id";
        let metadata = lines(&house.sql(metadata).await);
        assert_eq!(metadata, [r#"{"pii_fields":["message"],"classification":"restricted"}"#], "{sealed}");
    }
    let tables =
        lines(&house.sql("select table_name from information_schema.tables where table_name like 'log%' order by 1").await);
    assert_eq!(tables.len(), 3, "{tables:?}");
}
