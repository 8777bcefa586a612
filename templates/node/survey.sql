-- What a node tells another one that asks, `:self`: its state, which peers it has missed, the state of the asking
-- node's slot (`forgotten` with the node itself), the last of its beats that the asking node had confirmed, the last
-- beat of the asking node that it has, and the newer list of the two. Also answered by nodes of the public template and
-- of earlier releases.
SELECT to_regclass('pgedge.heartbeat') IS NOT NULL AS beats, to_regproc('pgedge.greet') IS NOT NULL AS greets \gset
SELECT coalesce(current_setting('pgedge.state', true), 'unmanaged'), current_setting('pgedge.missed', true),
       coalesce(wal_status, (SELECT 'none' FROM spock.node WHERE node_name = :'self'), 'forgotten')
\if :beats
     , (SELECT max(beat) FROM pgedge.own_beat WHERE position <= confirmed_flush_lsn)
     , (SELECT beat FROM pgedge.heartbeat WHERE node = :'self')
\else
     , NULL, NULL
\endif
\if :greets
     , (SELECT listed || '|' || members FROM pgedge.greet(:'self', nullif(:'number', '')::int, :listed, :'listing'))
\else
     , NULL
\endif
  FROM spock.node_info() LEFT JOIN pg_replication_slots ON slot_name
     = spock.spock_gen_slot_name(current_database(), node_name::name, (:'self' || '_sub_from_' || node_name)::name)
 WHERE node_name = :'peer';
