# Gives MLflow a database and a user of its own, with the administrator's
# password. What is there stays; only the user's password and its duty to use
# TLS are set again, so a changed password arrives by running this once more.
import importlib
import os
import sys

env = os.environ


def need(module):
    try:
        return importlib.import_module(module)
    except ImportError as why:
        sys.exit(f"this image cannot run MLflow: it has no {module} ({why})")


def postgresql():
    psycopg2 = need("psycopg2")
    extensions = need("psycopg2.extensions")
    sql = need("psycopg2.sql")
    connection = psycopg2.connect(
        host=env["DB_HOST"],
        port=env["DB_PORT"],
        dbname="postgres",
        user=env["DB_ADMIN_USERNAME"],
        password=env["DB_ADMIN_PASSWORD"],
        connect_timeout=10,
        sslmode={"off": "disable", "encrypted": "require", "verified": "verify-full"}[env["DB_TLS"]],
        sslrootcert=env.get("DB_AUTHORITIES"),
    )
    connection.autocommit = True
    cursor = connection.cursor()
    user = sql.Identifier(env["DB_USERNAME"])
    database = sql.Identifier(env["DB_NAME"])

    def run(text, *values):
        cursor.execute(sql.SQL(text).format(user=user, database=database), values or None)

    def there(text, name):
        cursor.execute(text, (name,))
        return cursor.fetchone() is not None

    # Only the verifier is sent: statements may end up in the server's log.
    verifier = extensions.encrypt_password(env["DB_PASSWORD"], env["DB_USERNAME"], connection)
    if there("SELECT 1 FROM pg_roles WHERE rolname = %s", env["DB_USERNAME"]):
        run("ALTER ROLE {user} LOGIN PASSWORD %s", verifier)
    else:
        run("CREATE ROLE {user} LOGIN PASSWORD %s", verifier)
    # Who is no superuser can give a database only to a role that it is in.
    run("GRANT {user} TO CURRENT_USER")
    if not there("SELECT 1 FROM pg_database WHERE datname = %s", env["DB_NAME"]):
        run("CREATE DATABASE {database} OWNER {user}")
    run("REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    run("REVOKE {user} FROM CURRENT_USER")


def mysql():
    pymysql = need("pymysql")
    tls = {
        "off": None,
        # Without an authority there is nothing to check a certificate with.
        "encrypted": {"check_hostname": False},
        "verified": {"ca": env.get("DB_AUTHORITIES")},
    }[env["DB_TLS"]]
    connection = pymysql.connect(
        host=env["DB_HOST"],
        port=int(env["DB_PORT"]),
        user=env["DB_ADMIN_USERNAME"],
        password=env["DB_ADMIN_PASSWORD"],
        connect_timeout=10,
        autocommit=True,
        ssl=tls,
    )
    cursor = connection.cursor()
    user, password, name = env["DB_USERNAME"], env["DB_PASSWORD"], env["DB_NAME"]
    duty = "REQUIRE SSL" if tls else "REQUIRE NONE"
    # In a grant the name is a pattern, in which _ is any character.
    pattern = name.replace("_", "\\_")
    cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")
    cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", (user, password))
    cursor.execute(f"ALTER USER %s@'%%' IDENTIFIED BY %s {duty}", (user, password))
    # MLflow's tables have triggers.
    cursor.execute("SELECT @@log_bin AND NOT @@log_bin_trust_function_creators")
    if cursor.fetchone()[0]:
        sys.exit(
            "this server lets nobody make triggers while it writes a binary log, and MLflow's "
            "tables have some: set its parameter log_bin_trust_function_creators to 1"
        )
    # By name: who grants ALL has to have all that this server knows of.
    rights = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER"
    cursor.execute(f"GRANT {rights} ON `{pattern}`.* TO %s@'%%'", (user,))
    connection.close()


drivers, prepare = {
    "postgresql": (["psycopg2"], postgresql),
    "mysql": (["pymysql", "cryptography"], mysql),
}[env["DB_DIALECT"]]
# The server itself would start without boto3, and fail at the first artifact.
for module in [*drivers, "boto3"]:
    need(module)
prepare()
