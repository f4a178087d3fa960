# Doxygen's filter: what a header says above its namespace is about the file, not about the namespace,
# which all of them share.
/^\/\/\// { comment = comment $0 "\n"; next }
{
  if (comment != "" && /^namespace/) printf "/// \\file\n"
  printf "%s", comment
  comment = ""
  print
}
END { printf "%s", comment }
