"""Events and the access log: partitioned by month, which Django's schema editor cannot say."""

from django.db import migrations

EVENT = """
CREATE TABLE records_event (
    id uuid NOT NULL,
    region_code varchar(6) NOT NULL,
    street_code varchar(9) NOT NULL,
    community_code varchar(12) NOT NULL,
    grid_id bigint,
    subject_id uuid NOT NULL,
    sequence integer NOT NULL CHECK (sequence >= 0),
    at timestamptz NOT NULL,
    device_at timestamptz,
    verb varchar(24) NOT NULL,
    from_state varchar(16) NOT NULL,
    to_state varchar(16) NOT NULL,
    level varchar(12) NOT NULL,
    order_id uuid,
    actor_kind varchar(12) NOT NULL,
    actor_user_id uuid,
    actor_post_id uuid,
    actor_title varchar(80) NOT NULL,
    actor_side varchar(12) NOT NULL,
    words text NOT NULL,
    sentence text NOT NULL,
    facts jsonb NOT NULL,
    follows boolean NOT NULL,
    PRIMARY KEY (region_code, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX event_of_subject ON records_event (subject_id, at);
CREATE INDEX event_in_street ON records_event (street_code, at);
CREATE TABLE records_event_rest PARTITION OF records_event DEFAULT;
"""
ACCESS_ENTRY = """
CREATE TABLE records_accessentry (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    region_code varchar(6) NOT NULL,
    kind varchar(16) NOT NULL,
    user_id uuid,
    post_ids uuid[] NOT NULL,
    door varchar(64) NOT NULL,
    subject varchar(64) NOT NULL,
    fields varchar(64)[] NOT NULL,
    purpose varchar(120) NOT NULL,
    address inet,
    PRIMARY KEY (region_code, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX access_newest ON records_accessentry (at DESC, id DESC);
CREATE TABLE records_accessentry_rest PARTITION OF records_accessentry DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        migrations.RunSQL(EVENT, "DROP TABLE records_event"),
        migrations.RunSQL(ACCESS_ENTRY, "DROP TABLE records_accessentry"),
    ]
