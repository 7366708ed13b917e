# What a team does: log a run, read it back, and look where it went.
import os
import sys

import boto3
import mlflow

run_count = int(sys.argv[1])
bucket, folder = sys.argv[2], sys.argv[3]

mlflow.set_experiment("real")
with mlflow.start_run() as run:
    mlflow.log_param("depth", 7)
    for step in range(3):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_text("grüße, 100 %\n", "notes/a b.txt")
    mlflow.log_text("x" * 3_000_000, "large.txt")

client = mlflow.MlflowClient()
read = client.get_run(run.info.run_id)
assert read.info.status == "FINISHED", read.info.status
assert read.data.params == {"depth": "7"}, read.data.params
assert read.data.metrics == {"loss": 1.0 / 3}, read.data.metrics
assert [m.value for m in client.get_metric_history(run.info.run_id, "loss")] == [1.0, 0.5, 1.0 / 3]
# Artifacts go through the server: clients need no rights to the bucket.
assert read.info.artifact_uri.startswith("mlflow-artifacts:/"), read.info.artifact_uri
assert mlflow.artifacts.load_text(read.info.artifact_uri + "/notes/a b.txt") == "grüße, 100 %\n"
assert len(mlflow.artifacts.load_text(read.info.artifact_uri + "/large.txt")) == 3_000_000
assert len(client.search_runs([read.info.experiment_id])) == run_count

objects = boto3.client("s3", endpoint_url=os.environ["S3"]).list_objects_v2(Bucket=bucket)["Contents"]
keys = [o["Key"] for o in objects]
assert all(key.startswith(folder + "/") for key in keys), keys
assert sum(key.endswith(run.info.run_id + "/artifacts/notes/a b.txt") for key in keys) == 1, keys
