# Gives the administrator the password of now. The image does that only when it
# makes the data directory; a later password, which `rotate` draws, arrives
# here, before the server is ready. Meanwhile nobody else gets in: it listens
# on a socket in a folder of this pod ($1), by rules for that alone ($2).
[ -s "$PGDATA/PG_VERSION" ] || exit 0
# The volume's group may write to it after each mount; PostgreSQL wants to be alone.
chmod 00700 "$PGDATA"
# No statement is logged, since one holds the password.
alone="-c listen_addresses='' -c unix_socket_directories='$1' -c hba_file='$2' -c ssl=off"
quiet="-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1"
# An hour: after a crash the log is read again first.
pg_ctl start --wait --timeout=3600 --options="$alone $quiet"
trap 'pg_ctl stop --wait --mode=fast' EXIT
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host="$1" --username=postgres --dbname=postgres <<'SQL'
SET password_encryption = 'scram-sha-256';
\set password `printf %s "$POSTGRES_PASSWORD"`
ALTER ROLE postgres PASSWORD :'password';
SQL
