INSERT INTO data_pipeline_events (
    stream_seq, type, task_id, event_id, source,
    time, recorded_at, traceparent, data)
SELECT * FROM unnest(
    @stream_seq::bigint[], @type::text[], @task_id::text[],
    @event_id::uuid[], @source::text[], @time::timestamptz[],
    @recorded_at::timestamptz[], @traceparent::text[], @data::jsonb[])
ON CONFLICT DO NOTHING
