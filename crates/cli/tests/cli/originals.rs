//! Photos as they came: kept where the policy says so, and nowhere else.

use crate::live::run;

const SCRIPT: &str = r#"
set -euo pipefail
OPERATOR=$(curl -fsS -X POST "$SETUP" | jq -r .secret)
api() { curl -fsS "$@" -H "Authorization: Bearer $KEY"; }
status() { curl -sS -o /dev/null -w '%{http_code}' "$@" -H "Authorization: Bearer $KEY"; }
KEY=$(curl -fsS "$MENSHEN/v1/tenants" -H "Authorization: Bearer $OPERATOR" -d '{"name": "x", "sandbox": false}' | jq -r .secret)
photo() {
  local applicant id
  applicant=$(api "$MENSHEN/v1/applicants" -d "{\"external_id\": \"$1\"}" | jq -r .id)
  id=$(api "$MENSHEN/v1/verifications" -d "{\"applicant\": \"$applicant\", \"level\": \"L2\"}" | jq -r .id)
  api -X PUT "$MENSHEN/v1/verifications/$id/captures/selfie" -H "Content-Type: image/jpeg" --data-binary @"$PERSON/selfie.jpg" | jq -r .id
}
WITHOUT=$(photo before)
test "$(status "$MENSHEN/v1/captures/$WITHOUT/original")" = 404
api -X PUT "$MENSHEN/v1/policy" -d '{"toml": "[originals]\nkeep = true"}' > /dev/null
WITH=$(photo after)
api "$MENSHEN/v1/captures/$WITH/original" > original
cmp original "$PERSON/selfie.jpg"
api "$MENSHEN/v1/audit" | jq -e '[.[].action] | index("capture.original_read")' > /dev/null
echo kept
"#;

#[test]
fn a_photo_is_kept_as_it_came_only_where_the_policy_says_so() {
    assert_eq!(run(SCRIPT, None).trim(), "kept");
}
