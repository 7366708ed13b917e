# MLflow's user has its own database and no more, and cannot go without TLS.
# Reads the URL that the server is given, as SQLAlchemy does.
import os

import sqlalchemy
from sqlalchemy.exc import DatabaseError

url = sqlalchemy.make_url(os.environ["MLFLOW_BACKEND_STORE_URI"])


def connect(url):
    return sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT").connect()


def refused(connection, statement):
    try:
        connection.execute(sqlalchemy.text(statement))
    except DatabaseError:
        return
    raise SystemExit(f"{statement} was not refused")


connection = connect(url)
postgres = url.get_backend_name() == "postgresql"
refused(connection, "CREATE DATABASE another")
refused(connection, "CREATE ROLE another" if postgres else "CREATE USER another")
if postgres:
    ask = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    encrypted = connection.execute(sqlalchemy.text(ask)).scalar_one() is True
    bare = url.update_query_dict({"sslmode": "disable"})
else:
    ask = "SHOW STATUS LIKE 'Ssl_cipher'"
    encrypted = bool(connection.execute(sqlalchemy.text(ask)).one()[1])
    bare = url.set(query={"ssl_disabled": "true"})
assert encrypted, "the connection is in clear"
try:
    connect(bare)
except DatabaseError:
    pass
else:
    raise SystemExit("a connection in clear was taken")
print("rights checked")
