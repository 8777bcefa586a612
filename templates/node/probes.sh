# ---- What the platform asks ----

is_ready() { [ "$(local_sql <<<"SELECT current_setting('pgedge.state', true)" 2>/dev/null)" = ready ]; }

# Not meant to run now; or it runs, or starts, recovers, stops.
is_alive() { [ ! -e "$PGDATA/postmaster.pid" ] || pg_isready -q -h /tmp -t 5 || [ $? = 1 ]; }
