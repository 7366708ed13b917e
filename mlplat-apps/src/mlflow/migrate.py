# `mlflow db upgrade URL`, with a URL that no list of processes shows. An empty
# database gets its tables, an older one is brought up to date.
import os

from mlflow.cli import cli

cli(["db", "upgrade", os.environ["MLFLOW_BACKEND_STORE_URI"]])
