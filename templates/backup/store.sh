# ---- The bucket: names are relative to the folder of the dumps ----

prepare_store() {
  [[ ${BACKUP_PREFIX:-} ]] || die "BACKUP_PREFIX is empty: the dumps need a folder in the bucket"
  folder=$BACKUP_PREFIX
  [[ $BACKUP_PROVIDER == aws ]] || return 0
  export AWS_DEFAULT_REGION=$AWS_REGION AWS_RETRY_MODE=standard AWS_PAGER=''
  aws_client=(aws --cli-connect-timeout 20 --cli-read-timeout 60) upload=() copy=()
  # version 2 would ask for tags, which not every store has, nor a policy allows
  [[ $(aws --version 2>&1) == aws-cli/1.* ]] || copy+=(--copy-props none)
  if [[ ${BACKUP_KMS_KEY_ID:-} ]]; then
    upload+=(--sse aws:kms --sse-kms-key-id "$BACKUP_KMS_KEY_ID")
  fi
  [[ ${BACKUP_ENDPOINT:-} ]] || return 0
  aws_client+=(--endpoint-url "$BACKUP_ENDPOINT")
  # such stores need not know names of buckets as hosts, nor newer checksums
  export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
  export AWS_CONFIG_FILE=$work/aws
  printf '[default]\ns3 =\n  addressing_style = path\n' >"$AWS_CONFIG_FILE"
}

scheme() { [[ $BACKUP_PROVIDER == aws ]] && echo s3 || echo gs; }
url() { printf '%s://%s/%s/%s' "$(scheme)" "$BACKUP_BUCKET" "$folder" "$1"; } # NAME

put() { # NAME [SIZE]: standard input; of a stream the client has to know about how large it becomes
  if [[ $BACKUP_PROVIDER == aws ]]; then
    "${aws_client[@]}" s3 cp --only-show-errors "${upload[@]}" ${2:+--expected-size "$2"} - "$(url "$1")" >&2
  else
    gsutil -q cp - "$(url "$1")" >&2
  fi
}

get() { # NAME: to standard output
  if [[ $BACKUP_PROVIDER == aws ]]; then
    "${aws_client[@]}" s3 cp --only-show-errors "$(url "$1")" -
  else
    gsutil -q cat "$(url "$1")"
  fi
}

rename() { # NAME NEW
  if [[ $BACKUP_PROVIDER == aws ]]; then
    "${aws_client[@]}" s3 mv --only-show-errors "${upload[@]}" "${copy[@]}" "$(url "$1")" "$(url "$2")" >&2
  else
    gsutil -q mv "$(url "$1")" "$(url "$2")" >&2
  fi
}

# All at once: every call of a client takes seconds, and a first run may have hundreds to remove.
remove() { # NAME..., at most 1000
  local name path objects=''
  if [[ $BACKUP_PROVIDER != aws ]]; then
    for name in "$@"; do url "$name" && echo; done | gsutil -q -m rm -f -I >&2
    return
  fi
  for name in "$@"; do
    path=${folder//\\/\\\\}/$name
    objects+="${objects:+, }{\"Key\": \"${path//\"/\\\"}\"}"
  done
  [[ $("${aws_client[@]}" s3api delete-objects --bucket "$BACKUP_BUCKET" \
    --delete "{\"Quiet\": true, \"Objects\": [$objects]}" --query Errors --output text) =~ ^(None)?$ ]]
}

# The names that begin like this one. A bucket that does not answer is a failure, and not an empty list.
names_like() { # NAME
  if [[ $BACKUP_PROVIDER == aws ]]; then
    "${aws_client[@]}" s3api list-objects-v2 --bucket "$BACKUP_BUCKET" --prefix "$folder/$1" \
      --query 'Contents[].[Key]' --output text >"$work/listed"
  else
    # of a folder without a match it says so, and fails
    gsutil ls "$(url "$1*")" >"$work/listed" 2>"$work/listing" || grep -q 'matched no objects' "$work/listing"
  fi || return
  sed 's|.*/||' "$work/listed"
}

# The names in a folder that have the shape of ours, oldest first: STEM-20261128T020000Z-3f9a.ENDING.
list() { # [FOLDER/]
  local names
  names=$(names_like "${1:-}$STEM-") || return
  grep -E "^$STEM-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}\.(dump|json|roles\.sql)$" <<<"$names" | sort
  return 0
}

is_there() { # NAME
  local names
  names=$(names_like "$1") || die "the bucket cannot be read: nothing was changed"
  grep -qxF -- "$1" <<<"$names"
}

fetch_manifests() { # DIRECTORY
  if [[ $BACKUP_PROVIDER == aws ]]; then
    "${aws_client[@]}" s3 cp --only-show-errors --recursive "$(url '')" "$1" \
      --exclude '*' --include "$STEM-*.json" --exclude '*/*' >&2
  else
    gsutil -q -m cp "$(url "$STEM-*.json")" "$1/" >&2
  fi
}

# Parts of an upload, or of a renaming, whose run was killed are seen by nobody, and paid for.
abort_uploads() {
  [[ $BACKUP_PROVIDER == aws ]] || return 0
  local begins key upload
  for begins in "$(unfinished "$STEM-")" "$STEM-"; do
    "${aws_client[@]}" s3api list-multipart-uploads --bucket "$BACKUP_BUCKET" --prefix "$folder/$begins" \
      --query "Uploads[?Initiated<'$(cutoff +%FT%TZ)'].[Key,UploadId]" --output text
  done |
    while read -r key upload; do
      [[ $upload ]] || continue
      "${aws_client[@]}" s3api abort-multipart-upload --bucket "$BACKUP_BUCKET" --key "$key" --upload-id "$upload"
    done
}
