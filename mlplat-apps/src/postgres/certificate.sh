# A key and a certificate that the server signs itself, new with each start:
# clients encrypt, and do not ask who signed.
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
  -days 3650 -subj "/CN=$SERVER_NAME" -addext "subjectAltName=DNS:$SERVER_NAME" \
  -keyout "$TLS_FOLDER/tls.key" -out "$TLS_FOLDER/tls.crt" 2>&1
