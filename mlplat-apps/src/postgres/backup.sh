# All databases and roles into one file, which gets its name when it is whole;
# then all but the newest files go.
umask 077
name="$BACKUP_FOLDER/`date -u +%Y%m%dT%H%M%SZ`"
pg_dumpall --no-password --clean --if-exists --file="$name.partial"
gzip "$name.partial"
mv "$name.partial.gz" "$name.sql.gz"
ls -1 "$BACKUP_FOLDER" | grep '\.sql\.gz$' | sort -r | sed "1,${BACKUPS_KEPT}d" |
  while read -r old; do rm -- "$BACKUP_FOLDER/$old"; done
